//! The tokens that are issued, and the only code that makes them.

mod claim;
mod response;

pub use response::TokenResponse;

use airside_jose::{Algorithm, Signer, SigningKey, Typ};
use serde_json::{Map, Value};

use crate::{
    client::Client,
    error::OAuthError,
    id::{ClientId, TokenId},
    key::{entropy::Entropy, keyring::Keyring, vault::Vault},
    profile::{IssuerProfile, ResourceSigning},
    state::{grant::Grant, lifetime::LifetimesInForce, user::User},
    time::Time,
    token::{
        audience::Audience,
        refresh_token::RefreshToken,
        sign::{MissingKeyError, sign, signer},
    },
};

use self::claim::{
    AccessTokenClaims, IdTokenClaims, Person, PersonClaims, at_hash, id_token_claims,
};

/// Everything that one answer of the token endpoint issues: unsigned, until it is committed.
#[derive(Clone, Debug)]
pub struct UnsignedTokens {
    now: Time,
    jti: TokenId,
    client: ClientId,
    audience: Audience,
    person: Option<Person>,
    id_token: Option<IdToken>,
    refresh_token: Option<RefreshToken>,
}

/// The issuer that signs: its name, its keys and the lifetimes that it issues with.
struct Signing<'a> {
    profile: &'a IssuerProfile,
    keyring: &'a Keyring,
    in_force: LifetimesInForce,
}

#[derive(Clone, Debug)]
struct IdToken {
    algorithm: Algorithm,
    nonce: Option<String>,
    /// The claims of the account that the granted scopes release, for a client that wants them here.
    claims: Map<String, Value>,
}

/// The contents of the tokens of a person's grant.
#[derive(Debug)]
pub struct PersonTokens<'a> {
    /// The client that gets them.
    pub client: &'a Client,
    /// The person.
    pub user: &'a User,
    /// The grant that they rest on.
    pub grant: &'a Grant,
    /// The API that the access token is for.
    pub audience: Audience,
    /// The nonce of the authorization request; only when its code is redeemed.
    pub nonce: Option<String>,
    /// The refresh token, if the client gets one.
    pub refresh_token: Option<RefreshToken>,
}

impl UnsignedTokens {
    /// Makes the token of a machine that acts for itself (RFC 6749 §4.4).
    pub fn for_machine(client: ClientId, audience: Audience, now: Time, draw: &Entropy) -> Self {
        Self {
            now,
            jti: TokenId::new(now, draw),
            client,
            audience,
            person: None,
            id_token: None,
            refresh_token: None,
        }
    }

    /// Makes the tokens of a person's grant.
    ///
    /// # Errors
    ///
    /// `invalid_target` if the claims of the account that the API is released do not fit into a token, and
    /// `invalid_scope` if those for the ID token do not.
    pub fn for_person(
        tokens: PersonTokens<'_>,
        profile: &IssuerProfile,
        now: Time,
        draw: &Entropy,
    ) -> Result<Self, OAuthError> {
        let (client, user, grant) = (tokens.client, tokens.user, tokens.grant);
        let released = tokens.audience.released(user)?;
        let with_id_token = grant.terms.access.openid.contains("openid");
        let id_token = IdToken {
            algorithm: client.id_token_signed_response_alg,
            nonce: tokens.nonce,
            claims: match with_id_token {
                true => id_token_claims(profile, client, &tokens.audience.scope, (user, grant))?,
                false => Map::new(),
            },
        };
        let client = client.client_id.clone();
        Ok(Self {
            person: Some(Person {
                user: user.clone(),
                grant: grant.clone(),
                released,
            }),
            id_token: with_id_token.then_some(id_token),
            refresh_token: tokens.refresh_token,
            ..Self::for_machine(client, tokens.audience, user.token_time(now), draw)
        })
    }

    /// The token's identifier, for events.
    pub fn jti(&self) -> TokenId {
        self.jti
    }

    /// Returns the first algorithm that a token of this needs and no key of `keyring` signs with.
    pub fn missing_algorithm(&self, keyring: &Keyring) -> Option<Algorithm> {
        let access_token = match &self.audience.signing {
            ResourceSigning::Asymmetric(algorithm) => Some(*algorithm),
            ResourceSigning::Hs256(_) => None,
        };
        let id_token = self.id_token.as_ref().map(|id_token| id_token.algorithm);
        let mut needed = access_token.into_iter().chain(id_token);
        needed.find(|algorithm| keyring.signer(*algorithm, self.now).is_none())
    }

    /// Signs and renders everything, with lifetimes that are recorded. The only place where a token is
    /// made.
    ///
    /// # Errors
    ///
    /// [`MissingKeyError`] if the issuer keeps no key of an algorithm that this needs: a configuration error.
    pub fn sign(
        &self,
        profile: &IssuerProfile,
        keyring: &Keyring,
        vault: &Vault,
        in_force: LifetimesInForce,
    ) -> Result<TokenResponse, MissingKeyError> {
        let signing = Signing {
            profile,
            keyring,
            in_force,
        };
        let access_token = self.sign_access_token(&signing)?;
        let id_token = match (&self.id_token, &self.person) {
            (Some(id_token), Some(person)) => {
                Some(self.sign_id_token(id_token, person, &signing, &access_token)?)
            }
            _ => None,
        };
        let refresh_token = self.refresh_token.map(|token| {
            let rendered = token.render(vault, self.now);
            rendered.ok_or_else(|| MissingKeyError("refresh tokens".to_owned()))
        });
        Ok(TokenResponse {
            access_token,
            token_type: "Bearer",
            expires_in: in_force.access_token().as_secs(),
            scope: self.audience.scope.clone(),
            id_token,
            refresh_token: refresh_token.transpose()?,
        })
    }

    fn sign_access_token(&self, signing: &Signing<'_>) -> Result<String, MissingKeyError> {
        let claims = self.access_token_claims(signing);
        match &self.audience.signing {
            ResourceSigning::Asymmetric(algorithm) => {
                // RFC9068-2.1: the media type keeps access tokens apart from ID tokens
                let signer = signer(signing.keyring, *algorithm, self.now)?;
                sign(signer, Typ::AccessToken, &claims)
            }
            ResourceSigning::Hs256(secret) => {
                let no_key = || MissingKeyError("HS256".to_owned());
                let key =
                    SigningKey::from_secret(secret.expose().as_bytes()).map_err(|_| no_key())?;
                sign(&Signer::new(key, "hs256"), Typ::AccessToken, &claims)
            }
        }
    }

    fn access_token_claims<'a>(&'a self, signing: &Signing<'a>) -> AccessTokenClaims<'a> {
        let profile = signing.profile;
        let person = self.person.as_ref();
        AccessTokenClaims {
            iss: &profile.issuer,
            // RFC9068-2.2: for a machine, sub is the client itself
            sub: person.map_or(self.client.to_string(), |person| person.user.id.to_string()),
            aud: &self.audience.identifier,
            client_id: self.client.as_str(),
            scope: &self.audience.scope,
            iat: self.now.as_seconds(),
            exp: self.now.plus(signing.in_force.access_token()).as_seconds(),
            jti: self.jti,
            person: person.map(|person| PersonClaims::of(person, profile)),
        }
    }

    fn sign_id_token(
        &self,
        id_token: &IdToken,
        person: &Person,
        signing: &Signing<'_>,
        access_token: &str,
    ) -> Result<String, MissingKeyError> {
        let authentication = &person.grant.terms.authentication;
        let claims = IdTokenClaims {
            iss: &signing.profile.issuer,
            sub: person.user.id.to_string(),
            aud: self.client.as_str(),
            iat: self.now.as_seconds(),
            exp: self.now.plus(signing.in_force.id_token()).as_seconds(),
            auth_time: authentication.at.as_seconds(),
            acr: authentication.acr(),
            amr: &authentication.amr,
            sid: person.grant.session.to_string(),
            nonce: id_token.nonce.as_deref(),
            at_hash: at_hash(id_token.algorithm, access_token),
            claims: &id_token.claims,
        };
        sign(
            signer(signing.keyring, id_token.algorithm, self.now)?,
            Typ::Jwt,
            &claims,
        )
    }
}
