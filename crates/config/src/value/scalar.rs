//! Values that are not tables, parsed from the document.

use std::{net::SocketAddr, time::Duration};

use super::error::{ValueError, expected};
use crate::{
    document::{Node, Value as NodeValue},
    duration,
    kind::{Format, Kind, MAX_INTEGER},
    nearest::nearest,
};

/// A string.
pub(crate) fn text(node: &Node) -> Result<&str, ValueError> {
    node.as_text().ok_or_else(|| expected("a string", node))
}

/// A text of the format.
pub(super) fn formatted<'a>(format: &Format, node: &'a Node) -> Result<&'a str, ValueError> {
    let text = text(node)?;
    match (format.is_met)(text) {
        true => Ok(text),
        false => {
            let message = format!("is `{text}`, which is not {}", format.name);
            Err(ValueError::new(node, message).help(format.help))
        }
    }
}

/// A file or directory.
///
/// # Errors
///
/// [`ValueError`] if there is nothing that could be a file.
pub fn path(node: &Node) -> Result<&str, ValueError> {
    let path = text(node)?;
    if path.is_empty() || path.contains('\0') {
        return Err(ValueError::new(node, "is empty").help("name a file or a directory"));
    }
    Ok(path)
}

/// An IP address and a port.
pub(super) fn address(node: &Node) -> Result<SocketAddr, ValueError> {
    let text = text(node)?;
    text.parse().map_err(|_| {
        ValueError::new(
            node,
            format!("is `{text}`, which is no address with a port"),
        )
        .help("write it as in `127.0.0.1:8080` or `[::1]:8080`")
    })
}

/// A duration within the bounds of its kind.
pub(super) fn length(kind: Kind, node: &Node) -> Result<Duration, ValueError> {
    let NodeValue::Text(text) = &node.value else {
        return Err(expected("a duration in quotes", node).help(DURATION_HELP));
    };
    let Some(parsed) = duration::parse(text) else {
        return Err(
            ValueError::new(node, format!("is `{text}`, which is no duration")).help(DURATION_HELP),
        );
    };
    match kind {
        Kind::Duration(least, most) if parsed < least || parsed > most => {
            let (least, most) = (duration::show(least), duration::show(most));
            Err(ValueError::new(
                node,
                format!("is `{text}`, but must be {least} to {most}"),
            ))
        }
        _ => Ok(parsed),
    }
}

/// An integer within the bounds of its kind.
pub(super) fn integer(kind: Kind, node: &Node) -> Result<u64, ValueError> {
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
        ValueError::new(node, format!("is `{integer}`, but must be {bounds}"))
    })
}

/// `true` or `false`.
pub(super) fn boolean(node: &Node) -> Result<bool, ValueError> {
    match &node.value {
        NodeValue::Boolean(boolean) => Ok(*boolean),
        _ => Err(expected("`true` or `false`", node)),
    }
}

/// One of the words.
pub(super) fn choice<'a>(words: &[&str], node: &'a Node) -> Result<&'a str, ValueError> {
    let text = text(node)?;
    if words.contains(&text) {
        return Ok(text);
    }
    let all = words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let wrong = ValueError::new(node, format!("is `{text}`, but must be one of {all}"));
    Err(match nearest(text, words.iter().copied()) {
        Some(word) => wrong.help(format!("did you mean `{word}`?")),
        None => wrong,
    })
}

const DURATION_HELP: &str = "write an integer and `ms`, `s`, `m`, `h` or `d`, as in `\"15m\"`";
