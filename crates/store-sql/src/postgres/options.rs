//! The settings of a store.

/// The settings of a PostgreSQL store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The most connections of this process, beside the one that listens; 16 by default.
    pub connections: usize,
    /// True if this process serves: it listens for changes, and `Postgres::is_served` of other
    /// processes returns true; true by default.
    pub serves: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 16,
            serves: true,
        }
    }
}
