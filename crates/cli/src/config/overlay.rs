//! Environment variables and flags, laid over the document.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    document::{Entry, Node, Value, parse_value},
    key::{self, Key, Kind, SECTIONS, Section, TOP},
    nearest::nearest,
    problem::{Place, Problem},
};

/// Variables for the command line itself.
const RESERVED: [&str; 3] = ["AIRSIDE_CONFIG", "AIRSIDE_URL", "AIRSIDE_TOKEN"];
const PREFIX: &str = "AIRSIDE_";

/// Lays every `AIRSIDE_…` variable over the document; tells which of them name no key.
pub fn environment(root: &mut Vec<Entry>, variables: &BTreeMap<String, String>) -> Vec<Problem> {
    let referenced = referenced(root);
    let mut problems = Vec::new();
    for (name, value) in variables
        .iter()
        .filter(|(name, _)| name.starts_with(PREFIX))
    {
        if RESERVED.contains(&name.as_str()) || referenced.contains(name) {
            continue;
        }
        match target(name) {
            Some((section, key, form)) => {
                let node = node(key.kind, form, value, &Place::Environment(name.clone()));
                set(root, section, key.name, node);
            }
            None => problems.push(unknown(name)),
        }
    }
    problems
}

/// Lays a flag over a key before the first table.
pub fn flag(root: &mut Vec<Entry>, flag: &'static str, key: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        set(root, &TOP, key, Node::text(value, Place::Flag(flag)));
    }
}

/// The variable that sets a key.
pub fn variable(section: &Section, key: &Key) -> String {
    let path = section.path(key.name).replace('.', "__");
    format!("{PREFIX}{}", path.to_uppercase())
}

fn target(name: &str) -> Option<(&'static Section, &'static Key, Option<&'static str>)> {
    let path = name.strip_prefix(PREFIX)?;
    if path != path.to_uppercase() {
        return None;
    }
    let path = path.to_lowercase();
    let parts: Vec<&str> = path.split("__").collect();
    let (section, key, form) = match parts.as_slice() {
        [key] => (&TOP, TOP.key(key)?, None),
        [section, key] => section_key(section, key, None)?,
        [section, key, "env"] => section_key(section, key, Some("env"))?,
        [section, key, "file"] => section_key(section, key, Some("file"))?,
        _ => return None,
    };
    (form.is_none() || key.is_secret()).then_some((section, key, form))
}

fn section_key(
    section: &str,
    key: &str,
    form: Option<&'static str>,
) -> Option<(&'static Section, &'static Key, Option<&'static str>)> {
    let section =
        key::section(section).filter(|section| !section.repeated && !section.name.is_empty())?;
    Some((section, section.key(key)?, form))
}

fn node(kind: Kind, form: Option<&str>, text: &str, place: &Place) -> Node {
    let literal = Node::text(text, place.clone());
    let value = match (kind, form) {
        (_, Some(form)) => {
            let entry = Entry {
                key: form.to_owned(),
                place: place.clone(),
                node: literal,
            };
            Value::Table(vec![entry])
        }
        (Kind::Integer(..), _) => text.trim().parse().map_or(literal.value, Value::Integer),
        (Kind::Boolean, _) => text.trim().parse().map_or(literal.value, Value::Boolean),
        (Kind::Texts | Kind::Choices(_), _) if text.trim_start().starts_with('[') => {
            return parse_value(text.trim(), place).unwrap_or(literal);
        }
        (Kind::Texts | Kind::Choices(_), _) => {
            let items = text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            Value::Array(items.map(|item| Node::text(item, place.clone())).collect())
        }
        _ => literal.value,
    };
    Node {
        value,
        place: place.clone(),
    }
}

fn set(root: &mut Vec<Entry>, section: &Section, key: &str, node: Node) {
    if section.name.is_empty() {
        return replace(root, key, node);
    }
    if !root.iter().any(|entry| entry.key == section.name) {
        let empty = Node {
            value: Value::Table(Vec::new()),
            place: node.place.clone(),
        };
        replace(root, section.name, empty);
    }
    let table = root.iter_mut().find(|entry| entry.key == section.name);
    // what should be a table and is none is reported by the check of the document
    if let Some(Entry {
        node: Node {
            value: Value::Table(entries),
            ..
        },
        ..
    }) = table
    {
        replace(entries, key, node);
    }
}

fn replace(entries: &mut Vec<Entry>, key: &str, node: Node) {
    entries.retain(|entry| entry.key != key);
    entries.push(Entry {
        key: key.to_owned(),
        place: node.place.clone(),
        node,
    });
}

/// The variables that `{ env = "…" }` names: they are secrets, not keys.
fn referenced(root: &[Entry]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest: Vec<&Entry> = root.iter().collect();
    while let Some(entry) = rest.pop() {
        if let ("env", Some(name)) = (entry.key.as_str(), entry.node.as_text()) {
            names.insert(name.to_owned());
        }
        rest.extend(entry.node.as_table().unwrap_or_default());
        let tables = entry
            .node
            .as_array()
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_table);
        rest.extend(tables.flatten());
    }
    names
}

fn unknown(name: &str) -> Problem {
    let problem = Problem::new(
        &Place::Environment(name.to_owned()),
        format!("environment variable `{name}` names no key"),
    );
    let repeated = SECTIONS.iter().filter(|section| section.repeated);
    for section in repeated {
        let prefix = format!("{PREFIX}{}__", section.name.to_uppercase());
        if name.to_uppercase().starts_with(&prefix) {
            return problem.help(format!(
                "`[[{}]]` is written in the file; its secrets may come from the environment: `{{ env = \"NAME\" }}`",
                section.name
            ));
        }
    }
    let single = SECTIONS.iter().filter(|section| !section.repeated);
    let known: Vec<String> = single
        .flat_map(|section| section.keys.iter().map(|key| variable(section, key)))
        .collect();
    match nearest(name, known.iter().map(String::as_str).chain(RESERVED)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("variables beginning with `AIRSIDE_` are keys of `airside.toml`"),
    }
}
