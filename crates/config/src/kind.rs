//! Sections, keys and the kinds of values that keys take.

use std::{net::SocketAddr, time::Duration};

use url::Url;

use crate::{
    document::{Entry, Node, Value as NodeValue},
    problem::Span,
};

/// A table of the file.
#[derive(Clone, Copy, Debug)]
pub struct SectionInfo {
    /// Its name; empty for the keys before the first table.
    pub name: &'static str,
    /// True if it is written `[[name]]`, any number of times.
    pub repeated: bool,
    /// Its description, in one sentence.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [KeyInfo],
}

/// A key as the schema, the reference and the check of a document know it.
#[derive(Clone, Copy, Debug)]
pub struct KeyInfo {
    /// Its name.
    pub name: &'static str,
    /// The kind of value.
    pub kind: Kind,
    /// The default.
    pub default: Option<Shown>,
    /// True if it must be given.
    pub is_required: bool,
    /// True if its value is never shown.
    pub is_private: bool,
    /// Its description, in one sentence.
    pub about: &'static str,
}

/// The kind of value that a key takes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that is parsed in a format of its own.
    Parsed(Format),
    /// An address and a port.
    Address,
    /// A file or a directory.
    Path,
    /// A length of time within these bounds.
    Duration(Duration, Duration),
    /// An integer within these bounds.
    Integer(u64, u64),
    /// `true` or `false`.
    Boolean,
    /// An array of texts.
    Texts,
    /// A text or an array of texts.
    TextOrTexts,
    /// An array of texts, or of tables with these keys.
    TextsOrTables(&'static SectionInfo),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An array of these words.
    Choices(&'static [&'static str]),
    /// A text that is not shown, or where to find it.
    Secret,
    /// The source of a text that is not shown.
    SecretReference,
    /// A table with these keys.
    Section(&'static SectionInfo),
    /// A table with keys of the writer's choice.
    Table,
    /// A table with keys of the writer's choice, whose values are texts.
    TableOfTexts,
}

/// A default, for people and programs that read about it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Shown {
    /// A text.
    Text(&'static str),
    /// Texts.
    Texts(&'static [&'static str]),
    /// A length of time.
    Duration(Duration),
    /// An integer.
    Integer(u64),
    /// `true` or `false`.
    Boolean(bool),
    /// An address and a port.
    Address(SocketAddr),
    /// A secret in this file.
    File(&'static str),
    /// A table without keys.
    Table,
}

/// The form of a text.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The format's name, as in `a rate`.
    pub name: &'static str,
    /// An example or a rule that tells how to write it.
    pub help: &'static str,
    /// Returns true if a text has the format.
    pub is_met: fn(&str) -> bool,
}

impl Kind {
    /// Returns true if its value must not be shown.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self, Self::Secret | Self::SecretReference)
    }

    /// The keys of tables within.
    #[must_use]
    pub const fn section(&self) -> Option<&'static SectionInfo> {
        match self {
            Self::Section(section) | Self::TextsOrTables(section) => Some(section),
            _ => None,
        }
    }
}

impl Shown {
    /// The same as a value of a document.
    #[must_use]
    pub fn node(&self) -> Node {
        let text = |text: &str| Node::text(text, Span::Default);
        let value = match self {
            Self::Text(one) => return text(one),
            Self::Duration(duration) => return text(&crate::duration::show(*duration)),
            Self::Address(address) => return text(&address.to_string()),
            Self::Texts(many) => NodeValue::Array(many.iter().map(|one| text(one)).collect()),
            Self::Integer(integer) => NodeValue::Integer((*integer).into()),
            Self::Boolean(boolean) => NodeValue::Boolean(*boolean),
            Self::File(name) => NodeValue::Table(vec![Entry {
                key: "file".to_owned(),
                place: Span::Default,
                node: text(name),
            }]),
            Self::Table => NodeValue::Table(Vec::new()),
        };
        Node {
            value,
            place: Span::Default,
        }
    }
}

impl SectionInfo {
    /// The key with this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static KeyInfo> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The path of one of its keys, as in `tokens.access_token_lifetime`.
    #[must_use]
    pub fn path(&self, key: &str) -> String {
        join(self.name, key)
    }

    /// Its heading, as in `[tokens]`; empty for the keys before the first table.
    #[must_use]
    pub fn heading(&self) -> String {
        match (self.name, self.repeated) {
            ("", _) => String::new(),
            (name, true) => format!("[[{name}]]"),
            (name, false) => format!("[{name}]"),
        }
    }

    /// Returns itself and the tables within it.
    pub(crate) fn with_nested(&'static self) -> Vec<&'static Self> {
        let within = self.keys.iter().filter_map(|key| key.kind.section());
        let within = within.flat_map(Self::with_nested);
        std::iter::once(self).chain(within).collect()
    }
}

/// The path of a key below another one.
pub(crate) fn join(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}

/// An absolute address.
pub(crate) const URL: Format = Format {
    name: "an address",
    help: "write it as in `https://api.example.com`",
    is_met: |text| Url::parse(text).is_ok(),
};

/// The greatest integer of TOML.
pub(crate) const MAX_INTEGER: u64 = i64::MAX.unsigned_abs();
