//! The reasons why an issuer does not start.

use airside_oauth::key::{UnwrapKeyError, keyring::KeyGenerationError};
use airside_store::{CommitError, Unavailable};

use crate::password::HasherBusyError;

/// The reason why an issuer did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The key-encryption key is another one than before.
    #[error(
        "the key-encryption key is not the one that this store was made with: give the right one, or start with an empty data directory"
    )]
    WrongKeyEncryptionKey,
    /// The store is what an interrupted copy has left.
    #[error(
        "the store is not whole: a copy into it was interrupted; run the same `airside backup restore` or \
         `airside db move` again, which begins anew"
    )]
    UnfinishedCopy,
    /// A stored key was altered.
    #[error("a stored key cannot be opened: the store was altered")]
    AlteredKey(#[from] UnwrapKeyError),
    /// No key could be made.
    #[error("a key could not be made")]
    KeyGeneration,
    /// The password pool did not start, or was full.
    #[error("the password pool could not be used")]
    Passwords(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An embedded template is broken.
    #[error("the pages could not be built")]
    Pages(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Other nodes changed the registrations every time.
    #[error("other processes change the store all the time")]
    Raced,
    /// The store failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<KeyGenerationError> for StartError {
    fn from(_: KeyGenerationError) -> Self {
        Self::KeyGeneration
    }
}

impl From<HasherBusyError> for StartError {
    fn from(busy: HasherBusyError) -> Self {
        Self::Passwords(Box::new(busy))
    }
}

impl From<CommitError> for StartError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Raced,
            CommitError::Unavailable(cause) => Self::Unavailable(cause),
        }
    }
}
