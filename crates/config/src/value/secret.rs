//! Secrets, or where to find them.

use super::{
    error::{ValueError, expected},
    read::{FromNode, Value},
    scalar::text,
};
use crate::{
    document::{Node, Value as NodeValue},
    kind::{Kind, Shown},
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

    /// The source of the secret.
    #[must_use]
    pub fn at(&self) -> Option<SecretAt<'_>> {
        secret(&self.0).ok()
    }
}

/// A literal, `{ env = "…" }` or `{ file = "…" }`.
pub(crate) fn secret(node: &Node) -> Result<SecretAt<'_>, ValueError> {
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
            ValueError::new(&unknown, format!("has the unknown key `{}`", entry.key))
                .help(SECRET_HELP),
        );
    }
    let [entry] = entries else {
        return Err(ValueError::new(node, "must name one of `env` and `file`").help(SECRET_HELP));
    };
    let value = text(&entry.node)?;
    if value.is_empty() {
        return Err(ValueError::new(&entry.node, "must say where it is").help(SECRET_HELP));
    }
    Ok(match entry.key.as_str() {
        "env" => SecretAt::Environment(&entry.node, value),
        _ => SecretAt::File(&entry.node, value),
    })
}

/// `{ env = "…" }` or `{ file = "…" }`.
pub(super) fn reference(node: &Node) -> Result<(), ValueError> {
    match secret(node)? {
        SecretAt::Literal(_) => {
            let message = "is written in the file, where a secret must not be";
            Err(ValueError::new(node, message).help(SECRET_HELP))
        }
        _ => Ok(()),
    }
}

impl FromNode for Hidden {
    fn from_node(kind: Kind, node: &Node) -> Result<Self, ValueError> {
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

/// The text that tells how to give the source of a secret.
pub(crate) const SECRET_HELP: &str = "write `{ env = \"NAME\" }` or `{ file = \"PATH\" }`";
