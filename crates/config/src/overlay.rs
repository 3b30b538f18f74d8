//! Environment variables and flags, laid over the document.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    document::{Entry, Node, Value, parse_value},
    key::KeyOf,
    kind::{KeyInfo, Kind, SectionInfo},
    nearest::nearest,
    problem::{Problem, Span},
    registry::Registry,
    variable::is_service_link,
};

/// The outcome of laying variables over a document.
#[derive(Debug, Default)]
pub(crate) struct Laid {
    /// Variables that should be keys and are not.
    pub(crate) problems: Vec<Problem>,
    /// Variables that are probably meant for something else.
    pub(crate) warnings: Vec<String>,
}

/// Lays every variable with the registry's prefix over the document. An empty one is not set.
pub(crate) fn environment(
    registry: &Registry,
    root: &mut Vec<Entry>,
    variables: &BTreeMap<String, String>,
) -> Laid {
    let mut laid = Laid::default();
    let Some(prefix) = registry.prefix else {
        return laid;
    };
    let named_by_file = referenced(root);
    let is_open = |name: &str| {
        !registry.reserved.contains(&name)
            && registry.file_variable != Some(name)
            && !named_by_file.contains(name)
    };
    let ours = variables
        .iter()
        .filter(|(name, value)| name.starts_with(prefix) && !value.is_empty() && is_open(name));
    let mut unknown = Vec::new();
    for (name, value) in ours {
        match target(registry, prefix, name) {
            Some((section, key, form)) => {
                let node = node(key.kind, form, value, &Span::Environment(name.clone()));
                set(root, section, key.name, node);
            }
            None => unknown.push((name, value)),
        }
    }
    judge_unknown(registry, prefix, &referenced(root), unknown, &mut laid);
    laid
}

/// Refuses the variables that are probably misspelt keys, and warns of the others.
fn judge_unknown(
    registry: &Registry,
    prefix: &str,
    named: &BTreeSet<String>,
    unknown: Vec<(&String, &String)>,
    laid: &mut Laid,
) {
    for (name, value) in unknown {
        let has_levels = name.contains("__");
        if named.contains(name) || !has_levels && is_service_link(name, value) {
            continue;
        }
        match near(registry, prefix, name) {
            near if has_levels || near.is_some() => {
                laid.problems.push(refusal(registry, prefix, name, near));
            }
            _ => laid.warnings.push(format!(
                "environment variable `{name}` is not a key of `{}` and is ignored",
                registry.file
            )),
        }
    }
}

/// A flag that sets a key before the first table.
#[derive(Clone, Debug)]
pub struct Flag {
    name: &'static str,
    key: &'static str,
    value: String,
}

impl Flag {
    /// A flag that was given; none if it was not.
    pub fn new<S, T>(
        name: &'static str,
        key: &impl KeyOf<S, T>,
        value: Option<&str>,
    ) -> Option<Self> {
        Some(Self {
            name,
            key: key.info().name,
            value: value?.to_owned(),
        })
    }
}

/// Lays a flag over a key before the first table.
pub(crate) fn flag(registry: &Registry, root: &mut Vec<Entry>, flag: &Flag) {
    let node = Node::text(&flag.value, Span::Flag(flag.name));
    set(root, registry.top(), flag.key, node);
}

/// The variable that sets a key.
#[must_use]
pub fn variable(prefix: &str, section: &SectionInfo, key: &KeyInfo) -> String {
    let path = section.path(key.name).replace('.', "__");
    format!("{prefix}{}", path.to_uppercase())
}

type Target = (&'static SectionInfo, &'static KeyInfo, Option<&'static str>);

fn target(registry: &Registry, prefix: &str, name: &str) -> Option<Target> {
    let path = name.strip_prefix(prefix)?;
    if path != path.to_uppercase() {
        return None;
    }
    let path = path.to_lowercase();
    let parts: Vec<&str> = path.split("__").collect();
    let (section, key, form) = match parts.as_slice() {
        [key] => ("", *key, None),
        [section, key] => (*section, *key, None),
        [section, key, "env"] => (*section, *key, Some("env")),
        [section, key, "file"] => (*section, *key, Some("file")),
        _ => return None,
    };
    if section.is_empty() && parts.len() > 1 {
        return None;
    }
    let section = registry.section(section)?;
    let key = section.key(key).filter(|_| !section.repeated)?;
    (form.is_none() || key.kind.is_secret()).then_some((section, key, form))
}

fn node(kind: Kind, form: Option<&str>, text: &str, place: &Span) -> Node {
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
        (Kind::Texts | Kind::TextOrTexts | Kind::Choices(_), _)
            if text.trim_start().starts_with('[') =>
        {
            return parse_value(text.trim(), place).unwrap_or(literal);
        }
        (Kind::Texts | Kind::TextOrTexts | Kind::Choices(_), _) => {
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

fn set(root: &mut Vec<Entry>, section: &SectionInfo, key: &str, node: Node) {
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
    if let Some(Value::Table(entries)) = table.map(|entry| &mut entry.node.value) {
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

/// The variable that was probably meant.
fn near(registry: &Registry, prefix: &str, name: &str) -> Option<String> {
    let single = registry.sections.iter().filter(|section| !section.repeated);
    let known = single.flat_map(|section| {
        let keys = section.keys.iter();
        keys.map(|key| variable(prefix, section, key))
    });
    // those of the command line are not meant: one of them holds a token
    let file = registry.file_variable.iter();
    let known: Vec<_> = known.chain(file.map(|name| (*name).to_owned())).collect();
    // the prefix that all have makes none of them alike
    let rest = |name: &'_ str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    let rests: Vec<_> = known.iter().map(|name| rest(name)).collect();
    let near = nearest(&rest(name), rests.iter().map(String::as_str))?;
    Some(format!("{prefix}{near}"))
}

fn refusal(registry: &Registry, prefix: &str, name: &str, near: Option<String>) -> Problem {
    let problem = Problem::new(
        &Span::Environment(name.to_owned()),
        format!("environment variable `{name}` names no key"),
    );
    let repeated = registry.sections.iter().filter(|section| section.repeated);
    for section in repeated {
        let tables = format!("{prefix}{}__", section.name.to_uppercase());
        if name.to_uppercase().starts_with(&tables) {
            let section = section.name;
            return problem.help(format!(
                "`[[{section}]]` is written in the file; its secrets may come from the environment: `{{ env = \"NAME\" }}`",
            ));
        }
    }
    let file = registry.file;
    problem.help(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("variables beginning with `{prefix}` are keys of `{file}`"),
    })
}
