//! Values of every kind, parsed from the document.

use std::{net::SocketAddr, time::Duration};

use super::{
    document::{Node, Value},
    duration,
    key::Kind,
    nearest::nearest,
    problem::{Place, Problem},
};

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
    pub fn of(self, path: &str) -> Problem {
        let problem = Problem::new(&self.place, format!("`{path}` {}", self.message));
        match self.help {
            Some(help) => problem.help(help),
            None => problem,
        }
    }
}

/// Tells what is wrong with a value of this kind.
pub fn check(kind: Kind, node: &Node) -> Vec<Wrong> {
    let result = match kind {
        Kind::Text => text(node).map(drop),
        Kind::Path => path(node).map(drop),
        Kind::Address => address(node).map(drop),
        Kind::Duration(..) => length(kind, node).map(drop),
        Kind::Integer(..) => integer(kind, node).map(drop),
        Kind::Boolean => boolean(node).map(drop),
        Kind::Choice(words) => choice(words, node),
        Kind::Secret => secret(node).map(drop),
        Kind::Table if node.as_table().is_none() => Err(expected("a table", node)),
        Kind::Table => Ok(()),
        Kind::Texts => return each(node, |node| text(node).map(drop)),
        Kind::Choices(words) => return each(node, |node| choice(words, node)),
    };
    result.err().into_iter().collect()
}

/// A string.
pub fn text(node: &Node) -> Result<&str, Wrong> {
    node.as_text().ok_or_else(|| expected("a string", node))
}

/// A file or directory.
pub fn path(node: &Node) -> Result<&str, Wrong> {
    let path = text(node)?;
    if path.is_empty() || path.contains('\0') {
        return Err(Wrong::new(node, "is empty").help("name a file or a directory"));
    }
    Ok(path)
}

/// An IP address and a port.
pub fn address(node: &Node) -> Result<SocketAddr, Wrong> {
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
pub fn length(kind: Kind, node: &Node) -> Result<Duration, Wrong> {
    let Value::Text(text) = &node.value else {
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
pub fn integer(kind: Kind, node: &Node) -> Result<u32, Wrong> {
    let Value::Integer(integer) = &node.value else {
        return Err(expected("an integer", node));
    };
    let (least, most) = match kind {
        Kind::Integer(least, most) => (least, most),
        _ => (0, u32::MAX),
    };
    let bounded = u32::try_from(*integer)
        .ok()
        .filter(|value| (least..=most).contains(value));
    bounded.ok_or_else(|| {
        Wrong::new(
            node,
            format!("is `{integer}`, but must be {least} to {most}"),
        )
    })
}

/// `true` or `false`.
pub fn boolean(node: &Node) -> Result<bool, Wrong> {
    match &node.value {
        Value::Boolean(boolean) => Ok(*boolean),
        _ => Err(expected("`true` or `false`", node)),
    }
}

/// An array of strings.
pub fn texts(node: &Node) -> Vec<&str> {
    node.as_array()
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_text)
        .collect()
}

/// A secret, or where to find it.
#[derive(Debug)]
pub enum SecretAt<'a> {
    /// The secret itself.
    Literal(&'a str),
    /// In this environment variable.
    Environment(&'a Node, &'a str),
    /// In this file.
    File(&'a Node, &'a str),
}

/// A literal, `{ env = "…" }` or `{ file = "…" }`.
pub fn secret(node: &Node) -> Result<SecretAt<'_>, Wrong> {
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
            value: Value::Boolean(false),
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

fn each(node: &Node, check: impl Fn(&Node) -> Result<(), Wrong>) -> Vec<Wrong> {
    match node.as_array() {
        Some(nodes) => nodes.iter().filter_map(|node| check(node).err()).collect(),
        None => vec![expected("an array", node)],
    }
}

fn choice(words: &[&str], node: &Node) -> Result<(), Wrong> {
    let text = text(node)?;
    if words.contains(&text) {
        return Ok(());
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

const DURATION_HELP: &str = "write an integer and `ms`, `s`, `m`, `h` or `d`, as in `\"15m\"`";
const SECRET_HELP: &str = "write `{ env = \"NAME\" }` or `{ file = \"PATH\" }`";
