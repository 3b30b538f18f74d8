//! Which types values are read as.

use std::{net::SocketAddr, time::Duration};

use url::Url;

use super::{
    FromNode, URL, Value, Wrong, address, boolean, choice, expected, formatted, integer, length,
    path, text,
};
use crate::{
    document::{Entry, Node},
    registry::Kind,
};

impl FromNode for String {
    fn from_node(kind: Kind, node: &Node) -> Result<Self, Wrong> {
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
    fn from_node(_: Kind, node: &Node) -> Result<Self, Wrong> {
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
    fn from_node(kind: Kind, node: &Node) -> Result<Self, Wrong> {
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
    fn from_node(kind: Kind, node: &Node) -> Result<Self, Wrong> {
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
    fn from_node(kind: Kind, node: &Node) -> Result<Self, Wrong> {
        let integer = integer(kind, node)?;
        Self::try_from(integer).map_err(|_| Wrong::new(node, format!("is `{integer}`")))
    }
}

impl Value for u32 {
    type Default = Self;

    fn of(default: Self) -> Self {
        default
    }
}

impl FromNode for bool {
    fn from_node(_: Kind, node: &Node) -> Result<Self, Wrong> {
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
    fn from_node(_: Kind, node: &Node) -> Result<Self, Wrong> {
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
    fn from_node(_: Kind, node: &Node) -> Result<Self, Wrong> {
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
    fn from_node(_: Kind, node: &Node) -> Result<Self, Wrong> {
        let text = formatted(&URL, node)?;
        Self::parse(text).map_err(|_| expected(URL.name, node))
    }
}
