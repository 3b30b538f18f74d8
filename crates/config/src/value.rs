//! Values of every kind, parsed from the document.

mod secret;
mod typed;

use std::{net::SocketAddr, time::Duration};

use url::Url;

use self::secret::reference;
pub use self::secret::{Hidden, SecretAt};
pub(crate) use self::secret::{SECRET_HELP, secret};
use crate::{
    document::{Node, Value as NodeValue},
    duration,
    nearest::nearest,
    problem::{Place, Problem},
    registry::Kind,
};

/// What is read from a key.
pub trait FromNode: Sized {
    /// Reads a value of this kind.
    ///
    /// # Errors
    ///
    /// [`Wrong`] says what the key takes.
    fn from_node(kind: Kind, node: &Node) -> Result<Self, Wrong>;
}

/// What is read from a key with a default.
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
    /// What the first word means.
    const FIRST: Self;

    /// What a word means.
    fn of_word(word: &str) -> Option<Self>;
}

/// A value that is written as a text of a form of its own.
pub trait FromText: Sized {
    /// The form.
    const FORMAT: Format;

    /// Reads it.
    fn from_text(text: &str) -> Option<Self>;
}

/// The form of a text.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What it is, as in `a rate`.
    pub name: &'static str,
    /// How to write it.
    pub help: &'static str,
    /// Whether a text has the form.
    pub is_met: fn(&str) -> bool,
}

/// A value that its key does not take.
#[derive(Debug)]
pub struct Wrong {
    place: Place,
    message: String,
    help: Option<String>,
}

impl Wrong {
    fn new(node: &Node, message: impl Into<String>) -> Self {
        Self {
            place: node.place.clone(),
            message: message.into(),
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The problem, for the key at `path`.
    #[must_use]
    pub fn of(self, path: &str) -> Problem {
        let problem = Problem::new(&self.place, format!("`{path}` {}", self.message));
        match self.help {
            Some(help) => problem.help(help),
            None => problem,
        }
    }
}

/// Says what is wrong with a value of this kind. What is in a table is not looked at.
#[must_use]
pub fn check(kind: Kind, node: &Node) -> Vec<Wrong> {
    let result = match kind {
        Kind::Text => text(node).map(drop),
        Kind::Parsed(format) => formatted(&format, node).map(drop),
        Kind::Path => path(node).map(drop),
        Kind::Address => address(node).map(drop),
        Kind::Duration(..) => length(kind, node).map(drop),
        Kind::Integer(..) => integer(kind, node).map(drop),
        Kind::Boolean => boolean(node).map(drop),
        Kind::Choice(words) => choice(words, node).map(drop),
        Kind::Secret => secret(node).map(drop),
        Kind::SecretReference => reference(node),
        Kind::TextOrTexts if node.as_text().is_some() => Ok(()),
        Kind::TextOrTexts if node.as_array().is_none() => {
            Err(expected("a string or an array of strings", node))
        }
        Kind::Table | Kind::TableOfTexts | Kind::Section(_) if node.as_table().is_none() => {
            Err(expected("a table", node))
        }
        Kind::Table | Kind::TableOfTexts | Kind::Section(_) => Ok(()),
        Kind::Texts | Kind::TextOrTexts => return each(node, |node| text(node).map(drop)),
        Kind::TextsOrTables(_) => return each(node, text_or_table),
        Kind::Choices(words) => return each(node, |node| choice(words, node).map(drop)),
    };
    result.err().into_iter().collect()
}

/// A string.
pub(crate) fn text(node: &Node) -> Result<&str, Wrong> {
    node.as_text().ok_or_else(|| expected("a string", node))
}

fn text_or_table(node: &Node) -> Result<(), Wrong> {
    match node.as_text().is_some() || node.as_table().is_some() {
        true => Ok(()),
        false => Err(expected("a string or a table", node)),
    }
}

fn formatted<'a>(format: &Format, node: &'a Node) -> Result<&'a str, Wrong> {
    let text = text(node)?;
    match (format.is_met)(text) {
        true => Ok(text),
        false => {
            let message = format!("is `{text}`, which is not {}", format.name);
            Err(Wrong::new(node, message).help(format.help))
        }
    }
}

/// A file or directory.
///
/// # Errors
///
/// [`Wrong`] if there is nothing that could be a file.
pub fn path(node: &Node) -> Result<&str, Wrong> {
    let path = text(node)?;
    if path.is_empty() || path.contains('\0') {
        return Err(Wrong::new(node, "is empty").help("name a file or a directory"));
    }
    Ok(path)
}

/// An IP address and a port.
fn address(node: &Node) -> Result<SocketAddr, Wrong> {
    let text = text(node)?;
    text.parse().map_err(|_| {
        Wrong::new(
            node,
            format!("is `{text}`, which is no address with a port"),
        )
        .help("write it as in `127.0.0.1:8080` or `[::1]:8080`")
    })
}

/// A duration within the bounds of its kind.
fn length(kind: Kind, node: &Node) -> Result<Duration, Wrong> {
    let NodeValue::Text(text) = &node.value else {
        return Err(expected("a duration in quotes", node).help(DURATION_HELP));
    };
    let Some(parsed) = duration::parse(text) else {
        return Err(
            Wrong::new(node, format!("is `{text}`, which is no duration")).help(DURATION_HELP),
        );
    };
    match kind {
        Kind::Duration(least, most) if parsed < least || parsed > most => {
            let (least, most) = (duration::show(least), duration::show(most));
            Err(Wrong::new(
                node,
                format!("is `{text}`, but must be {least} to {most}"),
            ))
        }
        _ => Ok(parsed),
    }
}

/// An integer within the bounds of its kind.
fn integer(kind: Kind, node: &Node) -> Result<u64, Wrong> {
    let NodeValue::Integer(integer) = &node.value else {
        return Err(expected("an integer", node));
    };
    let (least, most) = match kind {
        Kind::Integer(least, most) => (least, most),
        _ => (0, u64::MAX),
    };
    let bounded = u64::try_from(*integer)
        .ok()
        .filter(|value| (least..=most).contains(value));
    bounded.ok_or_else(|| {
        let bounds = match most == MAX_INTEGER {
            true => format!("{least} or more"),
            false => format!("{least} to {most}"),
        };
        Wrong::new(node, format!("is `{integer}`, but must be {bounds}"))
    })
}

/// `true` or `false`.
fn boolean(node: &Node) -> Result<bool, Wrong> {
    match &node.value {
        NodeValue::Boolean(boolean) => Ok(*boolean),
        _ => Err(expected("`true` or `false`", node)),
    }
}

fn each(node: &Node, check: impl Fn(&Node) -> Result<(), Wrong>) -> Vec<Wrong> {
    match node.as_array() {
        Some(nodes) => nodes.iter().filter_map(|node| check(node).err()).collect(),
        None => vec![expected("an array", node)],
    }
}

fn choice<'a>(words: &[&str], node: &'a Node) -> Result<&'a str, Wrong> {
    let text = text(node)?;
    if words.contains(&text) {
        return Ok(text);
    }
    let all = words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let wrong = Wrong::new(node, format!("is `{text}`, but must be one of {all}"));
    Err(match nearest(text, words.iter().copied()) {
        Some(word) => wrong.help(format!("did you mean `{word}`?")),
        None => wrong,
    })
}

fn expected(what: &str, node: &Node) -> Wrong {
    Wrong::new(node, format!("must be {what}, not {}", node.kind()))
}

/// An absolute address.
pub(crate) const URL: Format = Format {
    name: "an address",
    help: "write it as in `https://api.example.com`",
    is_met: |text| Url::parse(text).is_ok(),
};

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
            ) -> Result<Self, $crate::value::Wrong> {
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
/// [`Wrong`] names the words.
pub fn chosen<T: Choice>(node: &Node) -> Result<T, Wrong> {
    let word = choice(T::WORDS, node)?;
    T::of_word(word).ok_or_else(|| expected("one of the words", node))
}

/// Reads a text of the form of `T`.
///
/// # Errors
///
/// [`Wrong`] says how it is written.
pub fn parsed<T: FromText>(node: &Node) -> Result<T, Wrong> {
    let text = formatted(&T::FORMAT, node)?;
    T::from_text(text).ok_or_else(|| expected(T::FORMAT.name, node))
}

/// The greatest integer of TOML.
pub(crate) const MAX_INTEGER: u64 = i64::MAX.unsigned_abs();
const DURATION_HELP: &str = "write an integer and `ms`, `s`, `m`, `h` or `d`, as in `\"15m\"`";
