//! The content of a table.

/// The content of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// The sum of the digests of its rows, in any order, in base 16.
    pub digest: String,
}
