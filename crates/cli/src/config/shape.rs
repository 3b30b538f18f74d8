//! Checks a document against the registry: every key is known and has a value it takes.

use super::{
    document::{Entry, Node},
    key::{self, SECTIONS, Section, TOP},
    nearest::nearest,
    problem::{Place, Problem},
    table::Table,
    value,
};

/// Tells everything that is wrong with the form of a document.
pub fn check(root: &[Entry]) -> Vec<Problem> {
    root.iter()
        .flat_map(|entry| top_level(root, entry))
        .collect()
}

/// Tells everything that is wrong with the form of one table.
pub fn check_table(table: &Table<'_>) -> Vec<Problem> {
    let section = table.section;
    table
        .entries
        .iter()
        .flat_map(|entry| member(section, entry))
        .collect()
}

fn top_level(root: &[Entry], entry: &Entry) -> Vec<Problem> {
    match key::section(&entry.key) {
        Some(section) if section.name.is_empty() => unknown(section, entry),
        Some(section) if section.repeated => repeated(root, section, entry),
        Some(section) => match entry.node.as_table() {
            Some(_) => check_table(&Table::of(root, section)),
            None => vec![misplaced(section, &entry.node)],
        },
        None => member(&TOP, entry),
    }
}

fn repeated(root: &[Entry], section: &'static Section, entry: &Entry) -> Vec<Problem> {
    let Some(nodes) = entry.node.as_array() else {
        return vec![misplaced(section, &entry.node)];
    };
    let strangers = nodes.iter().filter(|node| node.as_table().is_none());
    let strangers = strangers.map(|node| misplaced(section, node));
    let tables = Table::each(root, section);
    strangers
        .chain(tables.iter().flat_map(check_table))
        .collect()
}

fn misplaced(section: &Section, node: &Node) -> Problem {
    let header = match section.repeated {
        true => format!("[[{}]]", section.name),
        false => format!("[{}]", section.name),
    };
    let message = format!(
        "`{}` must be written `{header}`, not as {}",
        section.name,
        node.kind()
    );
    Problem::new(&node.place, message).help(format!("begin it with a line `{header}`"))
}

fn member(section: &'static Section, entry: &Entry) -> Vec<Problem> {
    let Some(key) = section.key(&entry.key) else {
        return unknown(section, entry);
    };
    let path = section.path(key.name);
    value::check(key.kind, &entry.node)
        .into_iter()
        .map(|wrong| wrong.of(&path))
        .collect()
}

fn unknown(section: &'static Section, entry: &Entry) -> Vec<Problem> {
    let table = match section {
        Section { name: "", .. } => String::new(),
        Section {
            name,
            repeated: true,
            ..
        } => format!(" in `[[{name}]]`"),
        Section { name, .. } => format!(" in `[{name}]`"),
    };
    let problem = Problem::new(&entry.place, format!("unknown key `{}`{table}", entry.key));
    vec![match advice(section, &entry.key) {
        Some(help) => problem.help(help),
        None => problem,
    }]
}

fn advice(section: &'static Section, name: &str) -> Option<String> {
    let keys = section.keys.iter().map(|key| key.name);
    let tables = SECTIONS
        .iter()
        .map(|section| section.name)
        .filter(|_| section.name.is_empty());
    if let Some(known) = nearest(name, keys.chain(tables)) {
        return Some(format!("did you mean `{known}`?"));
    }
    let home = SECTIONS
        .iter()
        .find(|section| section.key(name).is_some())?;
    Some(match home.name {
        "" => format!("`{name}` belongs above the first table"),
        table => format!("`{name}` belongs in `[{table}]`"),
    })
}

/// The ranges of the file that must not be shown, because they are or may be secrets.
pub fn secrets(root: &[Entry]) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    for entry in root {
        collect(entry, &mut spans);
    }
    spans
}

fn collect(entry: &Entry, spans: &mut Vec<std::ops::Range<usize>>) {
    let secret = may_hold_secret(&entry.key);
    let mut rest = vec![(&entry.node, secret)];
    while let Some((node, secret)) = rest.pop() {
        if let (Some(text), Place::File(span)) = (node.as_text(), &node.place)
            && (secret || names_a_person(text))
        {
            spans.push(span.clone());
        }
        rest.extend(
            node.as_array()
                .unwrap_or_default()
                .iter()
                .map(|node| (node, secret)),
        );
        for entry in node.as_table().unwrap_or_default() {
            // where a secret is found is no secret
            let reference = secret && matches!(entry.key.as_str(), "env" | "file");
            let secret = !reference && (secret || may_hold_secret(&entry.key));
            rest.push((&entry.node, secret));
        }
    }
}

/// Whether a key with this name, perhaps misspelt, may have a secret as its value.
pub fn may_hold_secret(name: &str) -> bool {
    if key::section(name).is_some() {
        return false;
    }
    let keys = || SECTIONS.iter().flat_map(|section| section.keys);
    if let Some(key) = keys().find(|key| key.name == name) {
        return key.is_secret();
    }
    let lower = name.to_lowercase();
    let probable = nearest(name, keys().map(|key| key.name));
    let secret = keys().any(|key| key.is_secret() && Some(key.name) == probable);
    // the private members of a JWK (RFC 7518 §6)
    secret
        || TELLING.iter().any(|word| lower.contains(word))
        || matches!(name, "d" | "k" | "p" | "q")
}

/// Whether this is an address with a user and a password.
fn names_a_person(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| {
        rest.split('/')
            .next()
            .is_some_and(|host| host.contains('@'))
    })
}

const TELLING: [&str; 3] = ["secret", "pass", "pwd"];
