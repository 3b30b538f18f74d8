//! One table of the document, read by the kinds of its keys.
//!
//! A key that is missing or malformed reads as its default: what is malformed was reported by the
//! check of the whole document, and the rules behind it still run, so that all errors show at once.

use std::{borrow::Cow, net::SocketAddr, time::Duration};

use super::{
    document::{Entry, Node, parse_value},
    key::{Key, Section},
    problem::Place,
    value,
};

/// A table and the section it belongs to.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    /// What may be in it.
    pub section: &'static Section,
    /// What is in it.
    pub entries: &'a [Entry],
    /// Where it begins.
    pub place: Place,
}

impl<'a> Table<'a> {
    /// The table of a section that is not repeated; empty if it is not there.
    pub fn of(root: &'a [Entry], section: &'static Section) -> Self {
        if section.name.is_empty() {
            return Self {
                section,
                entries: root,
                place: Place::Default,
            };
        }
        let entry = root.iter().find(|entry| entry.key == section.name);
        let entries = entry
            .and_then(|entry| entry.node.as_table())
            .unwrap_or_default();
        let place = entry.map_or(Place::Default, |entry| entry.place.clone());
        Self {
            section,
            entries,
            place,
        }
    }

    /// The tables of a repeated section, in order.
    pub fn each(root: &'a [Entry], section: &'static Section) -> Vec<Self> {
        let entry = root.iter().find(|entry| entry.key == section.name);
        let nodes = entry
            .and_then(|entry| entry.node.as_array())
            .unwrap_or_default();
        let table = |node: &'a Node| {
            let entries = node.as_table()?;
            Some(Self {
                section,
                entries,
                place: node.place.clone(),
            })
        };
        nodes.iter().filter_map(table).collect()
    }

    /// What was given for a key.
    pub fn given(&self, name: &str) -> Option<&'a Node> {
        self.entries
            .iter()
            .find(|entry| entry.key == name)
            .map(|entry| &entry.node)
    }

    /// Where a key was given; else where the table begins.
    pub fn place(&self, name: &str) -> Place {
        self.given(name)
            .map_or(self.place.clone(), |node| node.place.clone())
    }

    /// What holds for a key: what was given, else the default.
    pub fn effective(&self, name: &str) -> Option<Cow<'a, Node>> {
        let given = self.given(name).map(Cow::Borrowed);
        given.or_else(|| self.section.key(name).and_then(default).map(Cow::Owned))
    }

    /// A string; empty if there is neither value nor default.
    pub fn text(&self, name: &str) -> String {
        self.read(name, |_, node| node.as_text().map(str::to_owned))
            .unwrap_or_default()
    }

    /// An array of strings.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let node = self.effective(name);
        node.map(|node| value::texts(&node).into_iter().map(str::to_owned).collect())
            .unwrap_or_default()
    }

    /// A boolean.
    pub fn boolean(&self, name: &str) -> bool {
        self.read(name, |_, node| value::boolean(node).ok())
            .unwrap_or_default()
    }

    /// An integer.
    pub fn integer(&self, name: &str) -> u32 {
        self.read(name, |key, node| value::integer(key.kind, node).ok())
            .unwrap_or_default()
    }

    /// A duration.
    pub fn duration(&self, name: &str) -> Duration {
        self.read(name, |key, node| value::length(key.kind, node).ok())
            .unwrap_or_default()
    }

    /// An address.
    pub fn address(&self, name: &str) -> Option<SocketAddr> {
        self.read(name, |_, node| value::address(node).ok())
    }

    fn read<T>(&self, name: &str, parse: impl Fn(&Key, &Node) -> Option<T>) -> Option<T> {
        let key = self.section.key(name)?;
        let given = self.given(name).and_then(|node| parse(key, node));
        given.or_else(|| default(key).and_then(|node| parse(key, &node)))
    }
}

/// The default of a key.
pub fn default(key: &Key) -> Option<Node> {
    parse_value(key.default?, &Place::Default)
}
