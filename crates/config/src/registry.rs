//! What may be in a file: its sections and their keys.

use std::{net::SocketAddr, time::Duration};

use crate::{
    document::{Entry, Node, Value as NodeValue},
    problem::Place,
    value::Format,
};

/// Everything that may be in one configuration file.
#[derive(Clone, Copy, Debug)]
pub struct Registry {
    /// The name of the file, which is read if no other is named.
    pub file: &'static str,
    /// The prefix of variables that are laid over the file; `None` if there are none.
    pub prefix: Option<&'static str>,
    /// The variable that names the file.
    pub file_variable: Option<&'static str>,
    /// Variables with the prefix that are not keys.
    pub reserved: &'static [&'static str],
    /// Keys that were there once: section, name, and what to write instead.
    pub retired: &'static [(&'static str, &'static str, &'static str)],
    /// The sections, in the order of the reference document.
    pub sections: &'static [&'static SectionInfo],
}

/// A table of the file.
#[derive(Clone, Copy, Debug)]
pub struct SectionInfo {
    /// Its name; empty for the keys before the first table.
    pub name: &'static str,
    /// Whether it is written `[[name]]`, any number of times.
    pub repeated: bool,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [KeyInfo],
}

/// What the schema, the reference and the check of a document know of a key.
#[derive(Clone, Copy, Debug)]
pub struct KeyInfo {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What holds if nothing is given.
    pub default: Option<Shown>,
    /// Whether it must be given.
    pub is_required: bool,
    /// Whether its value is never shown.
    pub is_private: bool,
    /// What it means, in one sentence.
    pub about: &'static str,
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that is read in a way of its own.
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
    /// Where to find a text that is not shown.
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

/// A type that stands for a section; [`section!`](crate::section) makes it.
pub trait Section: 'static {
    /// What may be in it.
    const INFO: &'static SectionInfo;
}

/// The name of a section, and how it is written.
#[derive(Clone, Copy, Debug)]
pub struct Heading {
    /// Its name; empty for the keys before the first table.
    pub name: &'static str,
    /// Whether it is written `[[name]]`.
    pub repeated: bool,
}

impl Kind {
    /// Whether what it takes must not be shown.
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
        let text = |text: &str| Node::text(text, Place::Default);
        let value = match self {
            Self::Text(one) => return text(one),
            Self::Duration(duration) => return text(&crate::duration::show(*duration)),
            Self::Address(address) => return text(&address.to_string()),
            Self::Texts(many) => NodeValue::Array(many.iter().map(|one| text(one)).collect()),
            Self::Integer(integer) => NodeValue::Integer((*integer).into()),
            Self::Boolean(boolean) => NodeValue::Boolean(*boolean),
            Self::File(name) => NodeValue::Table(vec![Entry {
                key: "file".to_owned(),
                place: Place::Default,
                node: text(name),
            }]),
            Self::Table => NodeValue::Table(Vec::new()),
        };
        Node {
            value,
            place: Place::Default,
        }
    }
}

impl Registry {
    /// A registry of a file that no environment variable is laid over.
    #[must_use]
    pub const fn new(file: &'static str, sections: &'static [&'static SectionInfo]) -> Self {
        Self {
            file,
            prefix: None,
            file_variable: None,
            reserved: &[],
            retired: &[],
            sections,
        }
    }

    /// The section with this name.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&'static SectionInfo> {
        let mut sections = self.sections.iter();
        sections.find(|section| section.name == name).copied()
    }

    /// The keys before the first table.
    #[must_use]
    pub fn top(&self) -> &'static SectionInfo {
        self.section("").unwrap_or(&NOTHING)
    }

    /// Every key, those of tables within tables too.
    pub fn keys(&self) -> impl Iterator<Item = &'static KeyInfo> {
        let sections = self.sections.iter().flat_map(|section| section.all());
        sections.flat_map(|section| section.keys)
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

    /// How it is written, as in `[tokens]`; empty for the keys before the first table.
    #[must_use]
    pub fn heading(&self) -> String {
        match (self.name, self.repeated) {
            ("", _) => String::new(),
            (name, true) => format!("[[{name}]]"),
            (name, false) => format!("[{name}]"),
        }
    }

    /// Itself and the tables within it.
    fn all(&'static self) -> Vec<&'static Self> {
        let within = self.keys.iter().filter_map(|key| key.kind.section());
        let within = within.flat_map(Self::all);
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

/// The keys before the first table.
#[must_use]
pub const fn top() -> Heading {
    Heading {
        name: "",
        repeated: false,
    }
}

/// A section that is written `[name]`, or a table within another one.
#[must_use]
pub const fn table(name: &'static str) -> Heading {
    Heading {
        name,
        repeated: false,
    }
}

/// A section that is written `[[name]]`, any number of times.
#[must_use]
pub const fn tables(name: &'static str) -> Heading {
    Heading {
        name,
        repeated: true,
    }
}

static NOTHING: SectionInfo = SectionInfo {
    name: "",
    repeated: false,
    about: "",
    keys: &[],
};

/// Declares a section: a type, a constant that holds its keys as fields, and its part of the registry.
///
/// A key is a [`Key`](crate::Key) if it has a default and an [`Optional`](crate::Optional) otherwise; the
/// type of what it reads follows from its kind, which is made by a function of [`key`](crate::key).
#[macro_export]
macro_rules! section {
    (
        $(#[$doc:meta])*
        $visibility:vis $constant:ident: $name:ident = $heading:expr, $about:literal {
            $($key:ident: $form:ident<$type:ty> = $kind:expr, $key_about:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        $visibility struct $name {
            $(#[doc = $key_about] pub $key: $crate::key::$form<$name, $type>,)*
        }

        $(#[$doc])*
        $visibility const $constant: $name = $name {
            $($key: $kind.named(stringify!($key), $key_about),)*
        };

        impl $crate::Section for $name {
            const INFO: &'static $crate::SectionInfo = &$crate::SectionInfo {
                name: $heading.name,
                repeated: $heading.repeated,
                about: $about,
                keys: &[$($constant.$key.info(),)*],
            };
        }
    };
}
