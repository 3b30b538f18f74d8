//! The check of a value against the kind that its key takes.

use super::{
    error::{ValueError, expected},
    scalar::{address, boolean, choice, formatted, integer, length, path, text},
    secret::{reference, secret},
};
use crate::{document::Node, kind::Kind};

/// Says what is wrong with a value of this kind. What is in a table is not looked at.
#[must_use]
pub fn check(kind: Kind, node: &Node) -> Vec<ValueError> {
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

fn text_or_table(node: &Node) -> Result<(), ValueError> {
    match node.as_text().is_some() || node.as_table().is_some() {
        true => Ok(()),
        false => Err(expected("a string or a table", node)),
    }
}

fn each(node: &Node, check: impl Fn(&Node) -> Result<(), ValueError>) -> Vec<ValueError> {
    match node.as_array() {
        Some(nodes) => nodes.iter().filter_map(|node| check(node).err()).collect(),
        None => vec![expected("an array", node)],
    }
}
