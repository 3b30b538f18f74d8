//! The content of a store that a start would find.

use airside_oauth::{client::resource_metadata::StoredResource, key::StoredKey};
use airside_store::Identity;

/// A store in which something is, as a start would find it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// The identity of the store.
    pub identity: Identity,
    /// Its keys, still wrapped; none if an earlier version made the tables and they cannot be read.
    pub keys: Vec<StoredKey>,
    /// The APIs that were added to a running server, with the same exception.
    pub resources: Vec<StoredResource>,
}
