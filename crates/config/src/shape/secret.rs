//! Values that may be secrets, for masking.

use std::ops::Range;

use crate::{
    document::Entry, nearest::nearest, problem::Span, registry::Registry, variable::is_name,
};

/// The strings of the file that must not be shown, because they are or may be secrets.
#[must_use]
pub fn secrets<'a>(registry: &Registry, root: &'a [Entry]) -> Vec<(Range<usize>, &'a str)> {
    let mut spans = Vec::new();
    for entry in root {
        collect(registry, entry, &mut spans);
    }
    spans
}

fn collect<'a>(registry: &Registry, entry: &'a Entry, spans: &mut Vec<(Range<usize>, &'a str)>) {
    let secret = may_hold_secret(registry, &entry.key);
    let mut rest = vec![(&entry.node, secret)];
    while let Some((node, secret)) = rest.pop() {
        if let (Some(text), Span::File(span)) = (node.as_text(), &node.place)
            && (secret || names_a_person(text))
        {
            spans.push((span.clone(), text));
        }
        let items = node.as_array().unwrap_or_default().iter();
        rest.extend(items.map(|node| (node, secret)));
        for entry in node.as_table().unwrap_or_default() {
            // where a secret is found is not a secret
            let reference = secret && is_reference(entry);
            let secret = !reference && (secret || may_hold_secret(registry, &entry.key));
            rest.push((&entry.node, secret));
        }
    }
}

/// Returns true if an entry names the source of a secret, and not the secret itself.
fn is_reference(entry: &Entry) -> bool {
    match (entry.key.as_str(), entry.node.as_text()) {
        ("env", name) => name.is_none_or(is_name),
        (key, _) => key == "file",
    }
}

/// Returns true if a key with this name, perhaps misspelt, may have a secret as its value.
#[must_use]
pub fn may_hold_secret(registry: &Registry, name: &str) -> bool {
    if registry.section(name).is_some() {
        return false;
    }
    let mut named = registry.keys().filter(|key| key.name == name).peekable();
    if named.peek().is_some() {
        return named.any(|key| key.kind.is_secret());
    }
    let lower = name.to_lowercase();
    let probable = nearest(name, registry.keys().map(|key| key.name));
    let mut secrets = registry.keys().filter(|key| key.kind.is_secret());
    // the private members of a JWK (RFC 7518 §6)
    secrets.any(|key| Some(key.name) == probable)
        || TELLING.iter().any(|word| lower.contains(word))
        || matches!(name, "d" | "k" | "p" | "q")
}

/// Returns true if this may be an address with a user and a password, which may contain any character.
fn names_a_person(text: &str) -> bool {
    let (has_scheme, rest) = match text.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, text),
    };
    let Some((before, _)) = rest.rsplit_once('@') else {
        return false;
    };
    before.contains(':') || has_scheme && !before.contains('/')
}

const TELLING: [&str; 7] = [
    "secret",
    "pass",
    "pwd",
    "credential",
    "token",
    "apikey",
    "api_key",
];
