//! The memory of a session: of the callers, and of what it made.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use crate::{
    exchange::{IdentityIndex, Recorded},
    request::Assignment,
    value::Canary,
};

/// The value that a caller sends in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ambient {
    /// The API accepts this one.
    Accepted(String),
    /// The API refuses every one that is known, and needs none.
    Refused,
}

/// The answers that callers got to reads without identifiers, each with the last exchange before it.
pub(super) type PlainReads = HashMap<(Option<IdentityIndex>, usize), (u64, Recorded)>;

/// The canaries that were written, by the operations and the identifiers that they were written with.
pub(super) type Planted = tokio::sync::Mutex<Vec<((usize, Assignment), Vec<Canary>)>>;

/// The members that lists showed a caller of a new object, by the operation that made it, its owner and
/// the caller: `None` if none had it.
pub(super) type Siblings =
    tokio::sync::Mutex<HashMap<(usize, IdentityIndex, IdentityIndex), Option<BTreeSet<String>>>>;

/// The delay of reads behind writes, as far as the scan has observed it.
#[derive(Debug, Default)]
pub(super) struct Lag {
    /// The longest time until a new object was shown; zero if each was at once.
    pub(super) longest: Duration,
    /// The operations whose objects were waited for.
    pub(super) makers: BTreeSet<usize>,
    /// The number of them whose objects were never shown.
    pub(super) in_vain: usize,
}
