//! The reasons why a JWK is not usable.

/// The reason why a JWK is not usable. It never repeats the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwkError {
    /// It holds a private or a symmetric key, which its owner must replace.
    #[error("the key is private or symmetric: publish only public keys, and replace this one")]
    Private,
    /// Its type, curve or algorithm does not exist here.
    #[error("the key has a type, curve or algorithm that is not supported")]
    Unsupported,
    /// It is not a JSON object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// A member is missing, of the wrong type, or not a number of a key.
    #[error("the key is malformed: a member is missing, misspelt, or not a number of a key")]
    Invalid,
    /// A number begins with a zero octet (RFC 7518 §6.3.1).
    #[error("`n` or `e` begins with a zero octet, which RFC 7518 §6.3.1 forbids")]
    LeadingZero,
    /// Its name is too long for a token.
    #[error("its `kid` is longer than 128 bytes")]
    LongKid,
    /// An RSA key is outside the bounds.
    #[error("the RSA key is outside the bounds: 2048 to 8192 bits, exponent odd, above 3, 32 bits")]
    RsaBounds,
    /// An RSA key is from a library whose keys can be broken (CVE-2017-15361).
    #[error("the RSA key can be broken (ROCA, CVE-2017-15361): replace it")]
    GuessablePrimes,
    /// `alg`, the expected algorithm and the type of the key disagree.
    #[error("the key is for another algorithm")]
    Algorithm,
    /// `use` or `key_ops` say that it is not for verifying signatures.
    #[error("the key is not for verifying signatures: see its `use` and `key_ops`")]
    NotForSignatures,
    /// More than four keys of a set have the same `kid` and algorithm.
    #[error("four other keys have its `kid` and algorithm")]
    CrowdedKid,
}
