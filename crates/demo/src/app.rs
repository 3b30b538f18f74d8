//! The OAuth client: the requests that it sends.

use airside_client::{Answer, Parameters, Request, pkce};
use airside_oauth::key::entropy::Random;
use airside_server::clock::SystemRandom;
use anyhow::Result;

use crate::{
    expectation::member,
    world::{BANK_APP, SHOP_APP, World},
};

/// An app: a public client of the issuer.
#[derive(Clone)]
pub struct App {
    pub client_id: &'static str,
    pub redirect_uri: String,
    scope: &'static str,
    issuer: String,
    /// The value of `prompt`; none by default.
    pub prompt: Option<&'static str>,
}

/// An authorization that the app has begun: the values that it keeps until the browser returns.
#[derive(Clone)]
pub struct Attempt {
    pub code_verifier: String,
    pub code_challenge: String,
    pub state: String,
    pub nonce: String,
}

/// The tokens of a successful answer.
#[derive(Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub id: String,
}

impl App {
    pub fn of_the_bank(world: &World) -> Self {
        Self::new(
            world,
            BANK_APP,
            "openid profile offline_access accounts:read",
        )
    }

    pub fn of_the_shop(world: &World) -> Self {
        Self::new(world, SHOP_APP, "openid offline_access orders:read")
    }

    fn new(world: &World, client_id: &'static str, scope: &'static str) -> Self {
        Self {
            client_id,
            redirect_uri: format!("{}/callback", world.app_url),
            scope,
            issuer: world.issuer.clone(),
            prompt: None,
        }
    }

    /// Returns the address of the authorization request.
    pub fn authorize(&self, attempt: &Attempt, redirect_uri: &str) -> String {
        let endpoint = format!("{}/authorize", self.issuer);
        let parameters = self.authorization(attempt, redirect_uri);
        parameters.appended_to(&endpoint)
    }

    /// Returns the parameters of the authorization request.
    pub fn authorization(&self, attempt: &Attempt, redirect_uri: &str) -> Parameters {
        let parameters = Parameters::from([
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", redirect_uri),
            ("scope", self.scope),
            ("state", &attempt.state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &attempt.code_challenge),
            ("code_challenge_method", "S256"),
        ]);
        match self.prompt {
            Some(prompt) => parameters.with("prompt", prompt),
            None => parameters,
        }
    }

    /// Returns the request that redeems a code.
    pub fn redeem(&self, code: &str, code_verifier: &str) -> Request {
        let fields = self.redemption(code, code_verifier);
        Request::form(format!("{}/token", self.issuer), fields)
    }

    /// Returns the parameters of the request that redeems a code.
    pub fn redemption(&self, code: &str, code_verifier: &str) -> Parameters {
        Parameters::from([
            ("grant_type", "authorization_code"),
            ("client_id", self.client_id),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", code_verifier),
        ])
    }

    /// Returns the request that uses a refresh token.
    pub fn refresh(&self, refresh_token: &str) -> Request {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", self.client_id),
            ("refresh_token", refresh_token),
        ];
        Request::form(format!("{}/token", self.issuer), fields)
    }
}

impl Attempt {
    /// Draws the secrets of one authorization: 256 bits each.
    pub fn new() -> Self {
        let draw = SystemRandom.draw();
        let random = |label| pkce::code_verifier(draw.bytes::<32>(label));
        let code_verifier = random("code_verifier");
        Self {
            code_challenge: pkce::code_challenge(&code_verifier),
            code_verifier,
            state: random("state"),
            nonce: random("nonce"),
        }
    }
}

impl Tokens {
    pub fn of(answer: &Answer) -> Result<Self> {
        Ok(Self {
            access: member(answer, "access_token")?,
            refresh: member(answer, "refresh_token")?,
            id: member(answer, "id_token")?,
        })
    }
}
