//! Types that values are read as.

use super::error::ValueError;
use crate::{
    document::Node,
    kind::{Format, Kind},
};

/// The type that is read from a key.
pub trait FromNode: Sized {
    /// Reads a value of this kind.
    ///
    /// # Errors
    ///
    /// [`ValueError`] says what the key takes.
    fn from_node(kind: Kind, node: &Node) -> Result<Self, ValueError>;
}

/// The type that is read from a key with a default.
pub trait Value: FromNode {
    /// The form in which its default is written down in a registry.
    type Default: Copy;

    /// The default.
    fn of(default: Self::Default) -> Self;
}

/// A value that is one of some words; [`choice!`](crate::choice) implements it.
pub trait Choice: Copy + 'static {
    /// The words.
    const WORDS: &'static [&'static str];
    /// The value of the first word.
    const FIRST: Self;

    /// Returns the value of a word.
    fn of_word(word: &str) -> Option<Self>;
}

/// A value that is written as a text in a format of its own.
pub trait FromText: Sized {
    /// The form.
    const FORMAT: Format;

    /// Reads it.
    fn from_text(text: &str) -> Option<Self>;
}
