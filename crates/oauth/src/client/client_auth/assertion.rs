//! Client assertions: `private_key_jwt` (RFC 7523 §3, OIDC Core §9).

use std::time::Duration;

use airside_jose::{
    Algorithm, Assertion, AssertionAudience as Aud, AssertionClaims, Compact, JwkSet, UnixSeconds,
    Verifier, VerifyError, VerifyingKey, base64url, json,
};
use serde::Deserialize;

use crate::{
    client::{AssertionAudience, Client},
    error::OAuthError,
    key::secret::Digest,
    profile::IssuerProfile,
    refusal::RefusalReason as Reason,
    time::Time,
};

/// A valid assertion, which may prove a client once (RFC 7523 §3, `jti`).
#[derive(Debug)]
pub(super) struct VerifiedAssertion {
    /// The digest of the client's id and the `jti`.
    pub(super) digest: Digest,
    /// The time at which it has expired, leeway included, so that it may be forgotten.
    pub(super) until: Time,
}

/// The keys of a client's set, for each algorithm that they can verify assertions of.
///
/// A key without `alg` may fit several: an RSA key verifies RS256 and PS256.
pub fn keys(jwks: &JwkSet) -> Vec<VerifyingKey> {
    let fitting = |jwk| {
        let by_algorithm = move |algorithm| VerifyingKey::from_jwk(jwk, Some(algorithm)).ok();
        ASSERTION_ALGORITHMS.into_iter().filter_map(by_algorithm)
    };
    jwks.keys.iter().flat_map(fitting).collect()
}

/// Verifies an assertion of `client`, signed with one of its `keys`.
pub(super) fn verify(
    text: &str,
    client: &Client,
    keys: &[VerifyingKey],
    profile: &IssuerProfile,
    now: Time,
) -> Result<VerifiedAssertion, OAuthError> {
    let claims = Assertion::verify(text, keys).map_err(|cause| unverified(&cause))?;
    // RFC7523-3: iss and sub are the client_id
    let own = client.client_id.as_str();
    if claims.iss != own || claims.sub != own {
        return Err(refused(
            Reason::AssertionSubjectWrong,
            "`iss` and `sub` must both be the client_id",
        ));
    }
    check_audience(&claims.aud, client, profile)?;
    check_times(&claims, now.as_seconds())?;
    // NUL occurs in neither of them, so no two pairs are written alike
    let used = format!("client_assertion\0{own}\0{}", claims.jti);
    let expired = Time::from_seconds(claims.exp);
    Ok(VerifiedAssertion {
        digest: Digest::of(used.as_bytes()),
        until: expired.plus(Duration::from_secs(LEEWAY_SECONDS.unsigned_abs())),
    })
}

/// Returns the client that an assertion says it is about, before anything of it is proved.
pub(super) fn unverified_client_id(text: &str) -> Result<String, OAuthError> {
    // INVARIANT: bounds the size before anything is decoded
    Compact::parse(text).map_err(|cause| malformed(&cause.to_string()))?;
    let payload = text.split('.').nth(1).unwrap_or_default();
    let payload = base64url::decode(payload).ok();
    let claims = payload.and_then(|payload| json::parse::<Unverified>(&payload).ok());
    claims
        .map(|claims| claims.sub)
        .ok_or_else(|| malformed("`sub` is missing or not a string"))
}

#[derive(Deserialize)]
struct Unverified {
    sub: String,
}

fn check_audience(aud: &Aud, client: &Client, profile: &IssuerProfile) -> Result<(), OAuthError> {
    let issuer = &profile.issuer;
    let endpoint = client.settings.assertion_audience == AssertionAudience::TokenEndpoint;
    // RFC7523-3: one string, so that an assertion made for another server cannot be used here
    match aud {
        Aud::One(aud) if aud == issuer => Ok(()),
        Aud::One(aud) if endpoint && *aud == profile.endpoint("/token") => Ok(()),
        _ => Err(refused(
            Reason::AssertionAudienceWrong,
            &format!("`aud` must be the string {issuer}"),
        )),
    }
}

fn check_times(claims: &AssertionClaims, now: UnixSeconds) -> Result<(), OAuthError> {
    // RFC7523-3: exp limits the time during which it can be used
    if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
        return Err(refused(
            Reason::AssertionExpired,
            "it has expired: compare the clocks",
        ));
    }
    match wrong_time(claims, now) {
        None => Ok(()),
        Some(problem) => Err(refused(Reason::AssertionTimeWrong, problem)),
    }
}

fn wrong_time(claims: &AssertionClaims, now: UnixSeconds) -> Option<&'static str> {
    let longest = MAX_SECONDS + LEEWAY_SECONDS;
    let is_future = |time: UnixSeconds| time.seconds_since(now) > LEEWAY_SECONDS;
    let is_old = |time: UnixSeconds| now.seconds_since(time) > longest;
    let problems = [
        (
            claims.exp.seconds_since(now) > longest,
            "`exp` is too far ahead: it may live 5 minutes at most",
        ),
        (
            claims.iat.is_some_and(is_old),
            "`iat` is too long ago: it may live 5 minutes at most",
        ),
        (
            claims.iat.is_some_and(is_future),
            "`iat` is in the future: compare the clocks",
        ),
        (
            claims.nbf.is_some_and(is_future),
            "`nbf` is in the future: compare the clocks",
        ),
    ];
    let found = problems.into_iter().find(|(is_wrong, _)| *is_wrong);
    found.map(|(_, problem)| problem)
}

fn unverified(cause: &VerifyError) -> OAuthError {
    let reason = match cause {
        VerifyError::UnknownKey => Reason::AssertionKeyUnknown,
        VerifyError::BadSignature => Reason::AssertionSignatureWrong,
        _ => Reason::AssertionMalformed,
    };
    refused(reason, &cause.to_string())
}

fn malformed(why: &str) -> OAuthError {
    refused(Reason::AssertionMalformed, why)
}

fn refused(reason: Reason, why: &str) -> OAuthError {
    OAuthError::invalid_client(format!("the client_assertion is refused: {why}")).because(reason)
}

/// The algorithms that a client may sign its assertions with.
pub const ASSERTION_ALGORITHMS: [Algorithm; 5] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

const LEEWAY_SECONDS: i64 = Verifier::LEEWAY_SECONDS;
const MAX_SECONDS: i64 = 5 * 60;
