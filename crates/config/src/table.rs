//! One table of the document, read by its keys.
//!
//! A key that is missing or malformed reads as its default: what is malformed was reported by the
//! check of the whole document, and the rules behind it still run, so that all errors show at once.

use std::{borrow::Cow, fmt, marker::PhantomData};

use crate::{
    document::{Entry, Node},
    key::{Key, KeyInfo, KeyOf, Optional, Within},
    kind::{SectionInfo, join},
    problem::Span,
    registry::Section,
    value::{self, FromNode, Value},
};

/// A table of the section `S`.
pub struct Table<'a, S> {
    /// Its entries.
    pub entries: &'a [Entry],
    /// The place where it begins.
    pub place: Span,
    /// Its name in messages, as in `tokens`.
    pub name: Cow<'static, str>,
    section: PhantomData<fn() -> S>,
}

impl<'a, S: Section> Table<'a, S> {
    /// The table of a section that is not repeated; empty if it is not there.
    #[must_use]
    pub fn of(root: &'a [Entry]) -> Self {
        if S::INFO.name.is_empty() {
            return Self::new(root, Span::Default);
        }
        let entry = root.iter().find(|entry| entry.key == S::INFO.name);
        let entries = entry.and_then(|entry| entry.node.as_table());
        let place = entry.map_or(Span::Default, |entry| entry.place.clone());
        Self::new(entries.unwrap_or_default(), place)
    }

    /// The tables of a repeated section, in order.
    #[must_use]
    pub fn each(root: &'a [Entry]) -> Vec<Self> {
        let entry = root.iter().find(|entry| entry.key == S::INFO.name);
        let nodes = entry.and_then(|entry| entry.node.as_array());
        let nodes = nodes.unwrap_or_default().iter();
        nodes.filter_map(Self::of_node).collect()
    }

    /// The table that a value is; `None` if it is not one.
    #[must_use]
    pub fn of_node(node: &'a Node) -> Option<Self> {
        Some(Self::new(node.as_table()?, node.place.clone()))
    }

    /// A table without keys.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(&[], Span::Default)
    }

    fn new(entries: &'a [Entry], place: Span) -> Self {
        Self {
            entries,
            place,
            name: Cow::Borrowed(S::INFO.name),
            section: PhantomData,
        }
    }

    /// Gives it another name in messages.
    #[must_use]
    pub fn called(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Returns true if the table of a section that is not repeated is there.
    #[must_use]
    pub fn is_in(root: &[Entry]) -> bool {
        root.iter().any(|entry| entry.key == S::INFO.name)
    }

    /// The section.
    #[must_use]
    pub fn section(&self) -> &'static SectionInfo {
        S::INFO
    }

    /// The path of a key, as in `tokens.access_token_lifetime`.
    #[must_use]
    pub fn path<T>(&self, key: &impl KeyOf<S, T>) -> String {
        join(&self.name, key.info().name)
    }

    /// Returns the value in effect of a key with a default.
    #[must_use]
    pub fn get<T: Value>(&self, key: &Key<S, T>) -> T {
        let given = self.node(key);
        let read = given.and_then(|node| T::from_node(key.info().kind, node).ok());
        read.unwrap_or_else(|| key.default())
    }

    /// Returns the given value of a key without a default.
    #[must_use]
    pub fn find<T: FromNode>(&self, key: &Optional<S, T>) -> Option<T> {
        let node = self.node(key)?;
        T::from_node(key.info().kind, node).ok()
    }

    /// The table that was given for a key.
    #[must_use]
    pub fn within<N: Section>(&self, key: &Optional<S, Within<N>>) -> Option<Table<'a, N>> {
        let table = Table::of_node(self.node(key)?)?;
        Some(table.called(self.path(key)))
    }

    /// The strings that were given for a key, with their places.
    #[must_use]
    pub fn items(&self, key: &impl KeyOf<S, Vec<String>>) -> Vec<(&'a Node, &'a str)> {
        self.node(key).map(Node::items).unwrap_or_default()
    }

    /// Returns the given value of a key, as it is written.
    #[must_use]
    pub fn node<T>(&self, key: &impl KeyOf<S, T>) -> Option<&'a Node> {
        let name = key.info().name;
        let entry = self.entries.iter().find(|entry| entry.key == name);
        entry.map(|entry| &entry.node)
    }

    /// Returns the place where a key was given; else where the table begins.
    #[must_use]
    pub fn place<T>(&self, key: &impl KeyOf<S, T>) -> Span {
        let node = self.node(key);
        node.map_or_else(|| self.place.clone(), |node| node.place.clone())
    }

    /// Returns true if the check of the document has refused the given value of a key.
    #[must_use]
    pub fn is_malformed<T>(&self, key: &impl KeyOf<S, T>) -> bool {
        let node = self.node(key);
        node.is_some_and(|node| !value::check(key.info().kind, node).is_empty())
    }
}

/// Returns the value in effect of a key: the given one, else the default.
pub(crate) fn effective<'a>(entries: &'a [Entry], key: &KeyInfo) -> Option<Cow<'a, Node>> {
    let given = entries.iter().find(|entry| entry.key == key.name);
    let given = given.map(|entry| Cow::Borrowed(&entry.node));
    given.or_else(|| key.default.map(|default| Cow::Owned(default.node())))
}

impl<S> Clone for Table<'_, S> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries,
            place: self.place.clone(),
            name: self.name.clone(),
            section: PhantomData,
        }
    }
}

impl<S> fmt::Debug for Table<'_, S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // its values may be secrets
        formatter.debug_tuple("Table").field(&self.name).finish()
    }
}
