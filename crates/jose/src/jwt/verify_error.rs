//! Why a token is refused.

use crate::{
    json::JsonError,
    jws::{HeaderFault, Malformed, NotVerified},
};

/// The check that a token failed, one variant a check. It never repeats the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Longer than the verifier takes, 8 KiB by default; a status list: than 256 KiB.
    #[error("the token is too large")]
    TooLarge,
    /// Not a compact JWS.
    #[error("not a JWT: expected three parts of base64url without padding, joined by dots")]
    Malformed,
    /// The header is not acceptable.
    #[error("{0}")]
    Header(#[source] HeaderFault),
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
    /// `nbf` has not come.
    #[error("the token is not valid yet: its `nbf` is in the future")]
    NotYetValid,
    /// `iat` is in the future.
    #[error("the token's `iat` is in the future: compare the clocks")]
    IssuedInFuture,
    /// More between `iat` and `exp` than the verifier takes, 24 hours by default.
    #[error("the token lives longer than is accepted")]
    LifetimeTooLong,
    /// A status list's `sub` is not the address that it was fetched for.
    #[error("the status list's `sub` is another list")]
    OtherStatusList,
    /// An ID token presented as an access token.
    #[error("the token looks like an ID token: send the access token instead")]
    LooksLikeIdToken,
    /// It lacks what marks the access tokens of the profile.
    #[error("the token lacks what marks an access token of this profile")]
    NoAccessToken,
    /// What came with the token does not prove the key or certificate that `cnf` binds it to.
    #[error("the token's `cnf` and what was sent to prove it do not fit")]
    SenderConstrained,
}

impl From<Malformed> for VerifyError {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::TooLarge => Self::TooLarge,
            Malformed::Parts | Malformed::Encoding => Self::Malformed,
            Malformed::Header(fault) => Self::Header(fault),
        }
    }
}

impl From<NotVerified> for VerifyError {
    fn from(not_verified: NotVerified) -> Self {
        match not_verified {
            // A source handed out a key of another algorithm than it was asked for.
            NotVerified::OtherAlgorithm => Self::UnknownKey,
            NotVerified::BadSignature => Self::BadSignature,
        }
    }
}
