//! What holds, and where it comes from.

use serde::Serialize;

use super::{
    document::{Entry, Node, Value},
    key::{Key, SECTIONS},
    problem::{MASK, Place, Source},
    table::Table,
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
    pub fn new(key: &str, text: &str, source: &str) -> Self {
        let value = toml(&Node::text(text, Place::Default));
        Self {
            key: key.to_owned(),
            value,
            source: source.to_owned(),
        }
    }
}

/// Every key that has a value, in the order of the registry.
pub fn rows(root: &[Entry], source: &Source) -> Vec<Row> {
    let mut rows = Vec::new();
    for section in SECTIONS {
        if section.repeated {
            for (i, table) in Table::each(root, section).iter().enumerate() {
                let keys = section.keys.iter();
                let given = keys.filter_map(|key| Some((key, table.given(key.name)?)));
                let name = section.name;
                rows.extend(given.map(|(key, node)| {
                    row(format!("{name}[{i}].{}", key.name), key, node, source)
                }));
            }
        } else {
            let table = Table::of(root, section);
            let keys = section.keys.iter();
            let held = keys.filter_map(|key| Some((key, table.effective(key.name)?)));
            rows.extend(held.map(|(key, node)| row(section.path(key.name), key, &node, source)));
        }
    }
    rows
}

fn row(path: String, key: &Key, node: &Node, source: &Source) -> Row {
    let hidden = key.is_secret()
        && node
            .as_text()
            .is_some_and(|text| !text.starts_with("sqlite:"));
    let private = key.name == "jwks";
    let value = if hidden || private {
        MASK.to_owned()
    } else {
        toml(node)
    };
    let source = match &node.place {
        Place::File(span) => source.line_of(span),
        Place::Environment(name) => name.clone(),
        Place::Flag(name) => (*name).to_owned(),
        Place::Default => "default".to_owned(),
    };
    Row {
        key: path,
        value,
        source,
    }
}

/// A value on one line of TOML.
fn toml(node: &Node) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match &node.value {
        Value::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::Float(float) => float.to_string(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Datetime(text) => text.clone(),
        Value::Array(nodes) => format!("[{}]", list(nodes.iter().map(toml).collect())),
        Value::Table(entries) => {
            let member = |entry: &Entry| format!("{} = {}", entry.key, toml(&entry.node));
            format!("{{ {} }}", list(entries.iter().map(member).collect()))
        }
    }
}
