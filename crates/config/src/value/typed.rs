//! The types of the standard library that values are read as.

use std::{net::SocketAddr, time::Duration};

use url::Url;

use super::{
    error::{ValueError, expected},
    read::{Choice, FromNode, FromText, Value},
    scalar::{address, boolean, choice, formatted, integer, length, path, text},
};
use crate::{
    document::{Entry, Node},
    kind::{Kind, URL},
};

impl FromNode for String {
    fn from_node(kind: Kind, node: &Node) -> Result<Self, ValueError> {
        let text = match kind {
            Kind::Choice(words) => choice(words, node),
            Kind::Path => path(node),
            _ => text(node),
        };
        text.map(str::to_owned)
    }
}

impl Value for String {
    type Default = &'static str;

    fn of(default: &'static str) -> Self {
        default.to_owned()
    }
}

/// The strings among the items; a single string is one item.
impl FromNode for Vec<String> {
    fn from_node(_: Kind, node: &Node) -> Result<Self, ValueError> {
        let items = node.items().into_iter();
        Ok(items.map(|(_, text)| text.to_owned()).collect())
    }
}

impl Value for Vec<String> {
    type Default = &'static [&'static str];

    fn of(default: &'static [&'static str]) -> Self {
        default.iter().map(|one| (*one).to_owned()).collect()
    }
}

impl FromNode for Duration {
    fn from_node(kind: Kind, node: &Node) -> Result<Self, ValueError> {
        length(kind, node)
    }
}

impl Value for Duration {
    type Default = Self;

    fn of(default: Self) -> Self {
        default
    }
}

impl FromNode for u64 {
    fn from_node(kind: Kind, node: &Node) -> Result<Self, ValueError> {
        integer(kind, node)
    }
}

impl Value for u64 {
    type Default = Self;

    fn of(default: Self) -> Self {
        default
    }
}

impl FromNode for u32 {
    fn from_node(kind: Kind, node: &Node) -> Result<Self, ValueError> {
        let integer = integer(kind, node)?;
        Self::try_from(integer).map_err(|_| ValueError::new(node, format!("is `{integer}`")))
    }
}

impl Value for u32 {
    type Default = Self;

    fn of(default: Self) -> Self {
        default
    }
}

impl FromNode for bool {
    fn from_node(_: Kind, node: &Node) -> Result<Self, ValueError> {
        boolean(node)
    }
}

impl Value for bool {
    type Default = Self;

    fn of(default: Self) -> Self {
        default
    }
}

impl FromNode for SocketAddr {
    fn from_node(_: Kind, node: &Node) -> Result<Self, ValueError> {
        address(node)
    }
}

impl Value for SocketAddr {
    type Default = Self;

    fn of(default: Self) -> Self {
        default
    }
}

impl FromNode for Vec<Entry> {
    fn from_node(_: Kind, node: &Node) -> Result<Self, ValueError> {
        let entries = node.as_table();
        entries
            .map(<[Entry]>::to_vec)
            .ok_or_else(|| expected("a table", node))
    }
}

impl Value for Vec<Entry> {
    type Default = ();

    fn of((): ()) -> Self {
        Self::new()
    }
}

impl FromNode for Url {
    fn from_node(_: Kind, node: &Node) -> Result<Self, ValueError> {
        let text = formatted(&URL, node)?;
        Self::parse(text).map_err(|_| expected(URL.name, node))
    }
}

/// Implements [`Choice`] and [`Value`] for an enumeration, whose first word is the default.
#[macro_export]
macro_rules! choice {
    ($name:ident: $first:ident = $first_word:literal $(, $variant:ident = $word:literal)* $(,)?) => {
        impl $crate::value::Choice for $name {
            const WORDS: &'static [&'static str] = &[$first_word $(, $word)*];
            const FIRST: Self = Self::$first;

            fn of_word(word: &str) -> Option<Self> {
                match word {
                    $first_word => Some(Self::$first),
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl $crate::value::FromNode for $name {
            fn from_node(
                _: $crate::key::Kind,
                node: &$crate::Node,
            ) -> Result<Self, $crate::value::ValueError> {
                $crate::value::chosen(node)
            }
        }

        impl $crate::value::Value for $name {
            type Default = Self;

            fn of(default: Self) -> Self {
                default
            }
        }
    };
}

/// Reads one of the words of `T`.
///
/// # Errors
///
/// [`ValueError`] names the words.
pub fn chosen<T: Choice>(node: &Node) -> Result<T, ValueError> {
    let word = choice(T::WORDS, node)?;
    T::of_word(word).ok_or_else(|| expected("one of the words", node))
}

/// Reads a text of the form of `T`.
///
/// # Errors
///
/// [`ValueError`] says how it is written.
pub fn parsed<T: FromText>(node: &Node) -> Result<T, ValueError> {
    let text = formatted(&T::FORMAT, node)?;
    T::from_text(text).ok_or_else(|| expected(T::FORMAT.name, node))
}
