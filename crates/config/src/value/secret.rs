//! Secrets, or where to find them.

use super::{FromNode, Value, Wrong, expected, text};
use crate::{
    document::{Node, Value as NodeValue},
    registry::{Kind, Shown},
};

/// A secret or its place, as it is written; only a [`Reader`](crate::Reader) finds it.
#[derive(Clone, Debug)]
pub struct Hidden(Node);

/// A secret, or where to find it.
#[derive(Debug)]
#[non_exhaustive]
pub enum SecretAt<'a> {
    /// The secret itself.
    Literal(&'a str),
    /// In this environment variable.
    Environment(&'a Node, &'a str),
    /// In this file.
    File(&'a Node, &'a str),
}

impl Hidden {
    /// The value as it is written.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.0
    }

    /// Where the secret is.
    #[must_use]
    pub fn at(&self) -> Option<SecretAt<'_>> {
        secret(&self.0).ok()
    }
}

/// A literal, `{ env = "…" }` or `{ file = "…" }`.
pub(crate) fn secret(node: &Node) -> Result<SecretAt<'_>, Wrong> {
    if let Some(literal) = node.as_text() {
        return Ok(SecretAt::Literal(literal));
    }
    let Some(entries) = node.as_table() else {
        return Err(expected("a secret", node).help(SECRET_HELP));
    };
    if let Some(entry) = entries
        .iter()
        .find(|entry| !matches!(entry.key.as_str(), "env" | "file"))
    {
        let unknown = Node {
            value: NodeValue::Boolean(false),
            place: entry.place.clone(),
        };
        return Err(
            Wrong::new(&unknown, format!("has the unknown key `{}`", entry.key)).help(SECRET_HELP),
        );
    }
    let [entry] = entries else {
        return Err(Wrong::new(node, "must name one of `env` and `file`").help(SECRET_HELP));
    };
    let value = text(&entry.node)?;
    if value.is_empty() {
        return Err(Wrong::new(&entry.node, "must say where it is").help(SECRET_HELP));
    }
    Ok(match entry.key.as_str() {
        "env" => SecretAt::Environment(&entry.node, value),
        _ => SecretAt::File(&entry.node, value),
    })
}

/// `{ env = "…" }` or `{ file = "…" }`.
pub(super) fn reference(node: &Node) -> Result<(), Wrong> {
    match secret(node)? {
        SecretAt::Literal(_) => {
            let message = "is written in the file, where a secret must not be";
            Err(Wrong::new(node, message).help(SECRET_HELP))
        }
        _ => Ok(()),
    }
}

impl FromNode for Hidden {
    fn from_node(kind: Kind, node: &Node) -> Result<Self, Wrong> {
        match kind {
            Kind::SecretReference => reference(node)?,
            _ => secret(node).map(|_| ())?,
        }
        Ok(Self(node.clone()))
    }
}

impl Value for Hidden {
    type Default = Shown;

    fn of(default: Shown) -> Self {
        Self(default.node())
    }
}

/// How to write where a secret is.
pub(crate) const SECRET_HELP: &str = "write `{ env = \"NAME\" }` or `{ file = \"PATH\" }`";
