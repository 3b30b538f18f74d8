//! The settings of a store.

/// The settings of a SQLite store. The defaults are meant for every size.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The most commits in one transaction, and so behind one write to the disk; 256 by default.
    pub largest_batch: usize,
    /// The most commits that wait for the writer; later ones wait to be allowed to wait. 4096 by
    /// default.
    pub longest_queue: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            largest_batch: 256,
            longest_queue: 4096,
        }
    }
}
