//! Errors of keys that sign.

/// The reason why a key is not usable. It reveals nothing about the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The algorithm has no private and public half: HS256 keys come from a shared secret.
    #[error("the algorithm is symmetric: its key is a shared secret")]
    NotAsymmetric,
    /// The bytes are not a private key for the algorithm.
    #[error("not a PKCS#8 private key for this algorithm, or RSA outside 2048 to 8192 bits")]
    Rejected,
    /// The shared secret is shorter than the hash (RFC 7518 §3.2).
    #[error("the shared secret is shorter than 32 bytes")]
    SecretTooShort,
    /// The cryptographic library could not make a key.
    #[error("the key could not be generated")]
    Generation,
    /// The cryptographic library could not sign.
    #[error("the message could not be signed")]
    Signing,
}
