//! Reads JSON and YAML within limits; a duplicate key is an error.

mod visitor;

use std::fmt;

use airside_api::document::MAX_NODES;
use serde::de::DeserializeSeed as _;
use serde_json::Value;

pub(super) use self::visitor::RemainingValues;
use self::visitor::{MAX_DEPTH, StrictVisitor, TWICE};

/// The format of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    /// YAML, of which JSON is a part.
    Any,
}

impl Format {
    pub(super) fn of(name: &str) -> Self {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        match extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            true => Self::Json,
            false => Self::Any,
        }
    }
}

/// A file cannot be read.
pub(super) struct ReadError {
    /// The reason, which may quote the file.
    pub(super) message: String,
    /// ` (line 1, column 2)`, or nothing.
    pub(super) place: String,
}

/// Requires a text that could be a document.
pub(super) fn require_document(text: &str) -> Result<(), String> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    match first {
        None => Err("the file is empty".to_owned()),
        Some(line) if line.starts_with('<') => Err(
            "it is a web page or XML, not an OpenAPI document: save the document itself, in JSON or YAML"
                .to_owned(),
        ),
        Some(_) => Ok(()),
    }
}

/// Reads a file on a thread with a large stack.
pub(super) fn parse(
    text: &str,
    format: Format,
    remaining: &mut RemainingValues,
) -> Result<Value, ReadError> {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    let failed = || ReadError {
        message: "it cannot be read: no thread for it".to_owned(),
        place: String::new(),
    };
    std::thread::scope(|scope| {
        let reader = thread.spawn_scoped(scope, || parse_here(text, format, remaining));
        let read = reader.map_err(|_| failed())?.join();
        read.unwrap_or_else(|_| Err(failed()))
    })
}

fn parse_here(
    text: &str,
    format: Format,
    remaining: &mut RemainingValues,
) -> Result<Value, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    if format == Format::Json {
        return declared_json(text, remaining);
    }
    if text.trim_start().starts_with(['{', '[']) {
        let before = remaining.nodes;
        match json(text, remaining) {
            Ok(value) => return Ok(value),
            Err((error, Fault::Limit)) => return Err(error),
            // YAML has such braces too
            Err((_, Fault::Syntax)) => remaining.nodes = before,
        }
    }
    yaml(text, remaining)
}

/// Parses a file that is named as JSON.
fn declared_json(text: &str, remaining: &mut RemainingValues) -> Result<Value, ReadError> {
    let before = remaining.nodes;
    let read = json(text, remaining);
    if matches!(&read, Err((error, Fault::Syntax)) if error.message.ends_with(OUT_OF_RANGE)) {
        // no rule reads such a number, and YAML has it
        remaining.nodes = before;
        return yaml(text, remaining);
    }
    read.map_err(|(error, fault)| match fault {
        Fault::Syntax if !text.trim_start().starts_with(['{', '[']) => ReadError {
            message: format!("{}: name the file `.yaml` if it is YAML", error.message),
            ..error
        },
        _ => error,
    })
}

/// The kind of an error.
enum Fault {
    Syntax,
    /// A key twice, too deep, too much.
    Limit,
}

fn json(text: &str, remaining: &mut RemainingValues) -> Result<Value, (ReadError, Fault)> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // INVARIANT: the visitor has a limit of its own
    deserializer.disable_recursion_limit();
    let value = StrictVisitor::new(remaining).deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| json_error(&error))
}

fn json_error(error: &serde_json::Error) -> (ReadError, Fault) {
    let fault = match error.is_data() {
        true => Fault::Limit,
        false => Fault::Syntax,
    };
    let place = place(error.line(), error.column());
    let text = error.to_string();
    let what = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(what, _)| what);
    let message = match fault {
        Fault::Limit => format!("{what}{place}"),
        Fault::Syntax => format!("it is not JSON{place}: {what}"),
    };
    (ReadError { message, place }, fault)
}

fn yaml(text: &str, remaining: &mut RemainingValues) -> Result<Value, ReadError> {
    let options = serde_saphyr::options! {
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_events: 3 * MAX_NODES,
            // the visitor's own limit comes first
            max_depth: 2 * MAX_DEPTH,
            flow_nesting_limit: 2 * MAX_DEPTH,
            // an alias counts with all that it repeats
            max_aliases: MAX_NODES,
            max_anchors: MAX_NODES,
            max_merge_keys: MAX_NODES,
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 3 * MAX_NODES,
            max_alias_expansions_per_anchor: MAX_NODES,
        },
    };
    let read = |deserializer: serde_saphyr::Deserializer<'_, '_>| {
        StrictVisitor::new(remaining).deserialize(deserializer)
    };
    serde_saphyr::with_deserializer_from_str_with_options(text, options, read).map_err(|error| {
        let location = error.location();
        let place = location.map_or_else(String::new, |at| place(at.line(), at.column()));
        let message = said_of_yaml(&error.to_string(), &place);
        ReadError { message, place }
    })
}

/// Rewrites an error of the YAML reader as one sentence for operators.
fn said_of_yaml(text: &str, place: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let what = without_line(line);
    match what {
        own if own.starts_with("it ") || own == TWICE => format!("{own}{place}"),
        _ if what.starts_with("duplicate mapping key") => format!("{TWICE}{place}"),
        _ if what.starts_with("multiple YAML documents") => {
            format!("it has several YAML documents: keep one{place}")
        }
        _ if what.contains("budget")
            || what.contains("replay")
            || what.contains("alias expansion") =>
        {
            format!("it repeats more by aliases than is read{place}")
        }
        what => format!("it is not YAML{place}: {what}"),
    }
}

/// Removes the place from the beginning of a message.
fn without_line(line: &str) -> &str {
    match line
        .strip_prefix("line ")
        .and_then(|rest| rest.split_once(": "))
    {
        Some((_, what)) => what,
        None => line,
    }
}

fn place(line: impl fmt::Display, column: impl fmt::Display) -> String {
    format!(" (line {line}, column {column})")
}

const OUT_OF_RANGE: &str = "number out of range";

const STACK_BYTES: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests;
