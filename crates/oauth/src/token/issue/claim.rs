//! The claims of access tokens and ID tokens.

use airside_jose::{Algorithm, UnixSeconds, base64url};
use aws_lc_rs::digest;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    client::Client,
    error::OAuthError,
    id::{GrantId, TokenId},
    identity_scope::select,
    profile::IssuerProfile,
    refusal::RefusalReason,
    request::scope::Scope,
    state::{grant::Grant, role::Role, status::StatusClaim, user::User},
    token::audience::may_be_told,
};

/// The person a token speaks for.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) user: User,
    pub(super) grant: Grant,
    /// The claims of the account that the API is released.
    pub(super) released: Map<String, Value>,
}

/// RFC 9068 §2.2, with `grant_id` so that a revocation reaches the tokens of one grant.
#[derive(Serialize)]
pub(super) struct AccessTokenClaims<'a> {
    pub(super) iss: &'a str,
    pub(super) sub: String,
    pub(super) aud: &'a str,
    pub(super) client_id: &'a str,
    pub(super) scope: &'a Scope,
    pub(super) iat: UnixSeconds,
    pub(super) exp: UnixSeconds,
    pub(super) jti: TokenId,
    #[serde(flatten)]
    pub(super) person: Option<PersonClaims<'a>>,
}

#[derive(Serialize)]
pub(super) struct PersonClaims<'a> {
    pub(super) auth_time: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) acr: Option<&'static str>,
    pub(super) amr: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) roles: &'a [Role],
    pub(super) sid: String,
    pub(super) grant_id: GrantId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<StatusClaim>,
    #[serde(flatten)]
    pub(super) released: &'a Map<String, Value>,
}

impl<'a> PersonClaims<'a> {
    pub(super) fn of(person: &'a Person, profile: &IssuerProfile) -> Self {
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
pub(super) struct IdTokenClaims<'a> {
    pub(super) iss: &'a str,
    pub(super) sub: String,
    pub(super) aud: &'a str,
    pub(super) iat: UnixSeconds,
    pub(super) exp: UnixSeconds,
    pub(super) auth_time: UnixSeconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) acr: Option<&'static str>,
    pub(super) amr: &'a [String],
    pub(super) sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<&'a str>,
    pub(super) at_hash: String,
    #[serde(flatten)]
    pub(super) claims: &'a Map<String, Value>,
}

/// Returns the claims of the account in an ID token: those that its scope releases, for a client that wants
/// them here, and those that the grant names one by one.
///
/// # Errors
///
/// `invalid_scope` if they are larger than 4 KiB of JSON: a token without some of them would say something
/// else about the person.
pub(super) fn id_token_claims(
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
        .because(RefusalReason::ClaimsTooLarge)),
    }
}

/// OIDC Core §3.1.3.6: the left half of the hash that the ID token's algorithm uses.
pub(super) fn at_hash(algorithm: Algorithm, access_token: &str) -> String {
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
