//! The files that are in circles still. This list may only shrink: a circle that is untied leaves it, and a
//! new one is refused.

/// The files, sorted.
pub(super) const KNOWN: &[&str] = &[];
