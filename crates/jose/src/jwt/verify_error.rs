//! The reasons why a token is refused.

use crate::{
    json::JsonError,
    jws::{HeaderError, JwsParseError, SignatureError},
};

/// The check that a token failed, one variant a check. It never repeats the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Longer than the verifier accepts, 8 KiB by default; a status list: than 256 KiB.
    #[error("the token is too large")]
    TooLarge,
    /// Not a compact JWS.
    #[error("not a JWT: expected three parts of base64url without padding, joined by dots")]
    Malformed,
    /// The header is not acceptable.
    #[error("{0}")]
    Header(#[source] HeaderError),
    /// The algorithm is not among those accepted.
    #[error("the token's `alg` is not accepted here")]
    AlgorithmNotAccepted,
    /// The header's `typ` is that of another kind of token.
    #[error("the token's `typ` says that it is another kind of token")]
    WrongType,
    /// No key of the issuer has the header's `kid` and `alg`.
    #[error("no known key has the token's `kid` and `alg`")]
    UnknownKey,
    /// The signature is not the key's.
    #[error("the token's signature does not match")]
    BadSignature,
    /// The payload is not a strict JSON object.
    #[error("the token's claims are not a JSON object: {0}")]
    Claims(#[source] JsonError),
    /// A required claim is missing.
    #[error("the token has no `{0}`")]
    MissingClaim(&'static str),
    /// A claim is of another type, empty, too long, negative, or has control characters.
    #[error("the token's `{0}` has the wrong type or an impossible value")]
    WrongClaimType(&'static str),
    /// `iss` is another issuer.
    #[error("the token's `iss` is another issuer than the one configured")]
    WrongIssuer,
    /// `aud` does not name this audience.
    #[error("the token's `aud` does not name this audience")]
    WrongAudience,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` is in the future.
    #[error("the token is not valid yet: its `nbf` is in the future")]
    NotYetValid,
    /// `iat` is in the future.
    #[error("the token's `iat` is in the future: compare the clocks")]
    IssuedInFuture,
    /// The lifetime, from `iat` to `exp`, is longer than the verifier accepts, 24 hours by default.
    #[error("the token lives longer than is accepted")]
    LifetimeTooLong,
    /// A status list's `sub` is not the address that it was fetched for.
    #[error("the status list's `sub` is another list")]
    OtherStatusList,
    /// An ID token presented as an access token.
    #[error("the token looks like an ID token: send the access token instead")]
    LooksLikeIdToken,
    /// It lacks the marks of the access tokens of the profile.
    #[error("the token lacks the marks of an access token of this profile")]
    NotAnAccessToken,
    /// The proof of the sender does not fit the key or certificate that `cnf` binds the token to.
    #[error("the token's `cnf` does not fit the DPoP proof or client certificate of the request")]
    SenderConstrained,
}

impl From<JwsParseError> for VerifyError {
    fn from(malformed: JwsParseError) -> Self {
        match malformed {
            JwsParseError::TooLarge => Self::TooLarge,
            JwsParseError::Parts | JwsParseError::Encoding => Self::Malformed,
            JwsParseError::Header(fault) => Self::Header(fault),
        }
    }
}

impl From<SignatureError> for VerifyError {
    fn from(not_verified: SignatureError) -> Self {
        match not_verified {
            // A source handed out a key of another algorithm than it was asked for.
            SignatureError::OtherAlgorithm => Self::UnknownKey,
            SignatureError::BadSignature => Self::BadSignature,
        }
    }
}
