//! Shows the values in effect and their sources.

use serde::Serialize;

use crate::{
    document::{Entry, Node},
    kind::{KeyInfo, SectionInfo},
    problem::{MASK, Source, Span},
    registry::Registry,
    table::effective,
};

/// A key, what holds for it and where that comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The path, as in `tokens.access_token_lifetime` or `client[0].scope`.
    pub key: String,
    /// The value in TOML, or `(secret)`.
    pub value: String,
    /// `default`, `airside.toml:3`, `AIRSIDE_LISTEN`, `--listen` or the key it follows from.
    pub source: String,
}

impl Row {
    /// A row for a text.
    #[must_use]
    pub fn new(key: &str, text: &str, source: &str) -> Self {
        let value = Node::text(text, Span::Default).to_toml();
        Self {
            key: key.to_owned(),
            value,
            source: source.to_owned(),
        }
    }
}

/// Every key that has a value, in the order of the registry.
#[must_use]
pub fn rows(registry: &Registry, root: &[Entry], source: &Source) -> Vec<Row> {
    let sections = registry.sections.iter();
    let rows = sections.flat_map(|section| match section.repeated {
        true => repeated(section, root, source),
        false => single(section, root, source),
    });
    rows.collect()
}

fn repeated(section: &SectionInfo, root: &[Entry], source: &Source) -> Vec<Row> {
    let mut rows = Vec::new();
    let entry = root.iter().find(|entry| entry.key == section.name);
    let nodes = entry.and_then(|entry| entry.node.as_array());
    let tables = nodes.unwrap_or_default().iter().filter_map(Node::as_table);
    for (i, entries) in tables.enumerate() {
        for key in section.keys {
            let given = entries.iter().find(|entry| entry.key == key.name);
            let path = format!("{}[{i}].{}", section.name, key.name);
            rows.extend(given.map(|entry| row(path, key, &entry.node, source)));
        }
    }
    rows
}

fn single(section: &SectionInfo, root: &[Entry], source: &Source) -> Vec<Row> {
    let entry = root.iter().find(|entry| entry.key == section.name);
    let entries = match section.name {
        "" => root,
        _ => entry
            .and_then(|entry| entry.node.as_table())
            .unwrap_or_default(),
    };
    let keys = section.keys.iter();
    let held = keys.filter_map(|key| Some((key, effective(entries, key)?)));
    held.map(|(key, node)| row(section.path(key.name), key, &node, source))
        .collect()
}

fn row(path: String, key: &KeyInfo, node: &Node, source: &Source) -> Row {
    let hidden = key.kind.is_secret()
        && node
            .as_text()
            .is_some_and(|text| !text.starts_with("sqlite:"));
    let value = if hidden || key.is_private {
        MASK.to_owned()
    } else {
        node.to_toml()
    };
    let source = match &node.place {
        Span::File(span) => source.line_of(span),
        Span::Environment(name) => name.clone(),
        Span::Flag(name) => (*name).to_owned(),
        Span::Default => "default".to_owned(),
    };
    Row {
        key: path,
        value,
        source,
    }
}
