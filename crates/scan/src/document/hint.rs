//! The strength of the reason why only some callers should be able to call an operation.

/// The strength of the reason why only some callers should be able to call an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// The document says so, or names administrators.
    #[default]
    Declared,
    /// It has a name that functions for everybody may have too, and another one with this name refuses ordinary
    /// callers while it answers those with more rights.
    Observed,
    /// It has such a name, and nothing else tells.
    Name,
}
