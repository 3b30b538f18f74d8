//! With the check of an attack and without it.

/// The half of the card that shows a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Both,
    /// The same request without the check.
    Off,
    /// The request with the check.
    On,
}
