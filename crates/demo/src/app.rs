//! The client: what it sends, and the server that its redirect URI names.

use airside_jose::base64url;
use airside_oauth::key::{entropy::Random, secret::Digest};
use airside_server::clock::SystemRandom;
use anyhow::Result;
use axum::{
    Router,
    extract::{RawQuery, State},
    routing::get,
};

use crate::{
    wire::{Answer, Message, Pairs, encode},
    world::{Arrived, BANK_APP, SHOP_APP, World},
};

/// An app: a public client of the issuer.
#[derive(Clone)]
pub struct App {
    pub client_id: &'static str,
    pub redirect_uri: String,
    scope: &'static str,
    issuer: String,
}

/// One authorization that the app has begun: what it keeps until the browser returns.
#[derive(Clone)]
pub struct Attempt {
    pub code_verifier: String,
    pub code_challenge: String,
    pub state: String,
    pub nonce: String,
}

/// What the token endpoint gave.
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
        }
    }

    /// The address that the browser is sent to.
    pub fn authorize(&self, attempt: &Attempt, redirect_uri: &str) -> String {
        let pairs = [
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", redirect_uri),
            ("scope", self.scope),
            ("state", &attempt.state),
            ("nonce", &attempt.nonce),
            ("code_challenge", &attempt.code_challenge),
            ("code_challenge_method", "S256"),
        ];
        let pairs: Pairs = pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        format!("{}/authorize?{}", self.issuer, encode(&pairs))
    }

    /// The request that redeems a code.
    pub fn redeem(&self, code: &str, code_verifier: &str) -> Message {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", self.client_id),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", code_verifier),
        ];
        Message::form(format!("{}/token", self.issuer), &fields)
    }

    /// The request that uses a refresh token.
    pub fn refresh(&self, refresh_token: &str) -> Message {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", self.client_id),
            ("refresh_token", refresh_token),
        ];
        Message::form(format!("{}/token", self.issuer), &fields)
    }
}

impl Attempt {
    /// Draws the secrets of one authorization: 256 bits each.
    pub fn new() -> Self {
        let draw = SystemRandom.draw();
        let random = |label| base64url::encode(draw.bytes::<32>(label));
        let code_verifier = random("code_verifier");
        Self {
            code_challenge: challenge(&code_verifier),
            code_verifier,
            state: random("state"),
            nonce: random("nonce"),
        }
    }
}

impl Tokens {
    pub fn of(answer: &Answer) -> Result<Self> {
        Ok(Self {
            access: answer.member("access_token")?,
            refresh: answer.member("refresh_token")?,
            id: answer.member("id_token")?,
        })
    }
}

/// RFC7636-4.2: code_challenge = BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))
pub fn challenge(code_verifier: &str) -> String {
    base64url::encode(Digest::of(code_verifier.as_bytes()).as_bytes())
}

/// The app's server: it takes what the browser brings back.
pub fn router(arrived: Arrived) -> Router {
    let callback = async |State(arrived): State<Arrived>, RawQuery(query): RawQuery| {
        arrived.put(query.unwrap_or_default());
        "Back in the app. This page can be closed."
    };
    Router::new()
        .route("/callback", get(callback))
        .with_state(arrived)
}
