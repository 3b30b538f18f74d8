//! The tokens that are issued, and the only code that makes them.

use airside_jose::{Algorithm, Signer, SigningKey, Typ, UnixSeconds, base64url};
use aws_lc_rs::digest;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    client::Client,
    error::OAuthError,
    id::{ClientId, GrantId, TokenId},
    identity_scope::select,
    key::{entropy::Entropy, keyring::Keyring, vault::Vault},
    profile::{IssuerProfile, ResourceSigning},
    request::scope::Scope,
    state::{
        grant::Grant, lifetime::LifetimesInForce, role::Role, status::StatusClaim, user::User,
    },
    time::Time,
    token::{
        audience::{Audience, may_be_told},
        refresh_token::RefreshToken,
        sign::{MissingKeyError, sign, signer},
    },
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

/// The person a token speaks for.
#[derive(Clone, Debug)]
struct Person {
    user: User,
    grant: Grant,
    /// The claims of the account that the API is released.
    released: Map<String, Value>,
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

/// A successful answer of the token endpoint (RFC 6749 §5.1, OIDC Core §3.1.3.3).
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// The signed access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: u64,
    /// The scope that it may be used for; always present.
    pub scope: Scope,
    /// The signed ID token, when `openid` was granted to a person's client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// The refresh token, when the client is registered for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenResponse")
    }
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
        let refresh_token = self
            .refresh_token
            .map(|token| {
                token
                    .render(vault, self.now)
                    .ok_or(MissingKeyError("refresh tokens".to_owned()))
            })
            .transpose()?;
        Ok(TokenResponse {
            access_token,
            token_type: "Bearer",
            expires_in: in_force.access_token().as_secs(),
            scope: self.audience.scope.clone(),
            id_token,
            refresh_token,
        })
    }

    fn sign_access_token(&self, signing: &Signing<'_>) -> Result<String, MissingKeyError> {
        let (profile, keyring) = (signing.profile, signing.keyring);
        let person = self.person.as_ref();
        let claims = AccessTokenClaims {
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
        };
        match &self.audience.signing {
            ResourceSigning::Asymmetric(algorithm) => {
                // RFC9068-2.1: the media type keeps access tokens apart from ID tokens
                sign(
                    signer(keyring, *algorithm, self.now)?,
                    Typ::AccessToken,
                    &claims,
                )
            }
            ResourceSigning::Hs256(secret) => {
                let no_key = || MissingKeyError("HS256".to_owned());
                let key =
                    SigningKey::from_secret(secret.expose().as_bytes()).map_err(|_| no_key())?;
                sign(&Signer::new(key, "hs256"), Typ::AccessToken, &claims)
            }
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

/// RFC 9068 §2.2, with `grant_id` so that a revocation reaches the tokens of one grant.
#[derive(Serialize)]
struct AccessTokenClaims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    client_id: &'a str,
    scope: &'a Scope,
    iat: UnixSeconds,
    exp: UnixSeconds,
    jti: TokenId,
    #[serde(flatten)]
    person: Option<PersonClaims<'a>>,
}

#[derive(Serialize)]
struct PersonClaims<'a> {
    auth_time: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    amr: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    roles: &'a [Role],
    sid: String,
    grant_id: GrantId,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<StatusClaim>,
    #[serde(flatten)]
    released: &'a Map<String, Value>,
}

impl<'a> PersonClaims<'a> {
    fn of(person: &'a Person, profile: &IssuerProfile) -> Self {
        Self {
            released: &person.released,
            auth_time: person.grant.terms.authentication.at.as_seconds(),
            // RFC9068-2.2.1: what a resource server asks for by RFC 9470
            acr: person.grant.terms.authentication.acr(),
            amr: &person.grant.terms.authentication.amr,
            roles: &person.user.roles,
            sid: person.grant.session.to_string(),
            grant_id: person.grant.id,
            status: person
                .grant
                .status
                .map(|index| StatusClaim::of(index, profile)),
        }
    }
}

/// OIDC Core §2.
#[derive(Serialize)]
struct IdTokenClaims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: UnixSeconds,
    exp: UnixSeconds,
    auth_time: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    amr: &'a [String],
    sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    at_hash: String,
    #[serde(flatten)]
    claims: &'a Map<String, Value>,
}

/// Returns the claims of the account in an ID token: those that its scope releases, for a client that wants
/// them here, and those that the grant names one by one.
///
/// # Errors
///
/// `invalid_scope` if they are larger than 4 KiB of JSON: a token without some of them would say something
/// else about the person.
fn id_token_claims(
    profile: &IssuerProfile,
    client: &Client,
    scope: &Scope,
    (user, grant): (&User, &Grant),
) -> Result<Map<String, Value>, OAuthError> {
    let of_scopes = client.settings.id_token_claims;
    let has_scope =
        |name: &str| of_scopes && scope.contains(name) && profile.is_identity_scope(name);
    let mut claims = profile.scopes.released(has_scope, user);
    // OIDC-Core-5.5: what the person allowed, as far as the client may still be told
    let single = grant.terms.access.single_claims.id_token.iter();
    let single = single.map(String::as_str);
    let single = single.filter(|name| may_be_told(profile, client, name));
    claims.extend(select(single, user));
    let bytes = serde_json::to_vec(&claims).map_or(usize::MAX, |json| json.len());
    match bytes <= MAX_ID_TOKEN_CLAIMS {
        true => Ok(claims),
        false => Err(OAuthError::invalid_scope(format!(
            "the claims of this account take {bytes} bytes in an ID token, where \
             {MAX_ID_TOKEN_CLAIMS} is the limit: an administrator must shorten them"
        ))
        .because(crate::refusal::RefusalReason::ClaimsTooLarge)),
    }
}

/// OIDC Core §3.1.3.6: the left half of the hash that the ID token's algorithm uses.
fn at_hash(algorithm: Algorithm, access_token: &str) -> String {
    let hash = match algorithm {
        Algorithm::ES384 => &digest::SHA384,
        Algorithm::EdDSA => &digest::SHA512,
        _ => &digest::SHA256,
    };
    let digest = digest::digest(hash, access_token.as_bytes());
    let (left, _) = digest.as_ref().split_at(digest.as_ref().len() / 2);
    base64url::encode(left)
}

/// Bytes of JSON: with it an ID token stays below 8 KiB, which is what most clients and proxies accept.
const MAX_ID_TOKEN_CLAIMS: usize = 4 * 1024;
