//! The store trait and the contract that every backend must pass.
//!
//! Single use is a compare-and-swap, on every backend:
//!
//! ```
//! use airside_oauth::{key::secret::Digest, state::decide::{Commit, Pivot}, time::Time};
//! use airside_store::{CommitError, Store, Unavailable};
//!
//! /// Returns false if the digest was used before.
//! async fn use_once(store: &dyn Store, digest: Digest, until: Time) -> Result<bool, Unavailable> {
//!     let commit = Commit { pivot: Pivot::UseOnce { digest, until }, effects: Vec::new() };
//!     match store.commit(commit).await {
//!         Ok(()) => Ok(true),
//!         Err(CommitError::Conflict) => Ok(false),
//!         Err(CommitError::Unavailable(cause)) => Err(cause),
//!     }
//! }
//! ```
//!
//! A store answers two questions for the protocol, [`Store::look`] and [`Store::commit`], and a few
//! for people, in [`Directory`]. What is asked and what is changed is defined in
//! [`airside_oauth::state::decide`]; a backend adds nothing to it.
//!
//! | module | holds |
//! |---|---|
//! | `directory` | [`Directory`], and what it is asked and answers |
//! | `peers` | what the processes that share a store tell each other |
//! | `error` | [`CommitError`] and [`Unavailable`] |
//! | `contract` | the suite of rules that each backend runs in its tests (feature `contract`) |
//!
//! | item | is |
//! |---|---|
//! | [`Store`] | what the protocol needs: facts, and commits |
//! | [`Directory`] | what administration, jobs and feed subscribers need: lists, events, the feed, sweeps |
//! | [`Peers`] | what the processes that share a store tell each other |
//! | [`Backend`] | all of them: what `airside-store-sql` implements for SQLite and PostgreSQL |
//! | [`CommitError`], [`Unavailable`] | a lost race, and a store that cannot answer |
//! | [`EventQuery`], [`NamedEvent`] | a search in the audit trail, and one row of its answer |
//! | [`ChangedClients`] | which clients changed |
//! | [`Versions`], [`Identity`] | what tells nodes that something changed, and which store this is |

#[cfg(feature = "contract")]
pub mod contract;

mod directory;
mod error;
mod peers;

pub use directory::{Directory, EventQuery, Identity, NameCollision, NamedEvent};
pub use error::{CommitError, Unavailable};
pub use futures_util::{future::BoxFuture, stream::BoxStream};
pub use peers::{ChangedClients, FeedSubscriber, Peers, Versions};

use std::time::Duration;

use airside_oauth::state::decide::{Commit, Facts, Keys};

/// The operations that the protocol needs of a store.
pub trait Store: Send + Sync {
    /// Reads the rows that `keys` names, in one snapshot.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store could not be read; nothing is known then.
    fn look<'a>(&'a self, keys: &'a Keys) -> BoxFuture<'a, Result<Facts, Unavailable>>;

    /// Applies `commit` whole or not at all. `Ok` means that it is durable.
    ///
    /// # Errors
    ///
    /// - [`CommitError::Conflict`] if the pivot changed no row: nothing has changed.
    /// - [`CommitError::Unavailable`] if the store failed: nothing is acknowledged; the commit may
    ///   have happened only if the failure came after it reached the disk.
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<(), CommitError>>;

    /// Returns how long the longest waiting request has waited for the store: an overloaded server
    /// refuses requests of low priority. Zero for a store without a queue.
    fn delay(&self) -> Duration {
        Duration::ZERO
    }
}

/// A complete backend.
pub trait Backend: Store + Directory {}

impl<T: Store + Directory> Backend for T {}
