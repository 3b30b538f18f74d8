//! A transaction: look, decide, commit, in the loop in which every race is settled.

use airside_oauth::state::decide::{Commit, Facts, Keys};
use airside_store::{Backend, CommitError, Unavailable};

/// A decision, and the change that must be committed before it is true.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The decision.
    pub answer: T,
    /// The change it rests on.
    pub commit: Option<Commit>,
}

/// The reason why nothing was decided.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TransactError {
    /// Other requests changed the same rows every time.
    #[error("too many concurrent requests for the same thing")]
    Contended,
    /// The store failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Looks at the facts that `keys` name, decides and commits; again if another request was faster.
///
/// # Errors
///
/// [`TransactError`] if the store fails or the request lost four races; nothing is decided then.
pub async fn transact<T>(
    store: &dyn Backend,
    keys: &Keys,
    decide: impl Fn(&Facts) -> Outcome<T>,
) -> Result<T, TransactError> {
    for _ in 0..COMMIT_ATTEMPTS {
        let facts = store.look(keys).await?;
        let Outcome { answer, commit } = decide(&facts);
        let Some(commit) = commit else {
            return Ok(answer);
        };
        match store.commit(commit).await {
            Ok(()) => return Ok(answer),
            Err(CommitError::Conflict) => {}
            Err(CommitError::Unavailable(cause)) => return Err(cause.into()),
        }
    }
    Err(TransactError::Contended)
}

/// A loser of one race finds a settled state at the next look, or at the one after it.
const COMMIT_ATTEMPTS: usize = 4;
