//! The reference document of the configuration.

use crate::{
    duration,
    kind::{KeyInfo, Kind, MAX_INTEGER, SectionInfo},
    overlay::variable,
    registry::Registry,
};

/// The reference of every key, in Markdown, below a head.
#[must_use]
pub fn reference(registry: &Registry, head: &str) -> String {
    let mut text = head.to_owned();
    for section in registry.sections {
        let title = match section.heading().as_str() {
            "" => "Before the first table".to_owned(),
            heading => format!("`{heading}`"),
        };
        text.push_str(&part(registry, section, &title));
        for key in section.keys {
            if let Some(within) = key.kind.section() {
                let title = format!("`{}`", section.path(key.name));
                text.push_str(&part(registry, within, &title));
            }
        }
    }
    text
}

fn part(registry: &Registry, section: &SectionInfo, title: &str) -> String {
    let mut text = format!("\n## {title}\n\n{}\n\n", section.about);
    text.push_str("| key | takes | default | meaning |\n|---|---|---|---|\n");
    let keys = section.keys.iter();
    text.extend(keys.map(|key| row(registry, section, key)));
    text
}

fn row(registry: &Registry, section: &SectionInfo, key: &KeyInfo) -> String {
    let default = match key.default {
        Some(default) => format!("`{}`", default.node().to_toml()),
        None if key.is_required => "required".to_owned(),
        None => "–".to_owned(),
    };
    let about = match registry.prefix.filter(|_| !section.repeated) {
        None => key.about.to_owned(),
        Some(prefix) => {
            let variable = variable(prefix, section, key);
            format!("{} Environment: `{variable}`.", key.about)
        }
    };
    format!(
        "| `{}` | {} | {default} | {about} |\n",
        key.name,
        takes(key.kind)
    )
}

fn takes(kind: Kind) -> String {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Parsed(format) => {
            let name = format.name.split_once(' ');
            name.map_or(format.name, |(_article, noun)| noun).to_owned()
        }
        Kind::Address => "address and port".to_owned(),
        Kind::Path => "path".to_owned(),
        Kind::Duration(least, most) => {
            format!(
                "duration, {} to {}",
                duration::show(least),
                duration::show(most)
            )
        }
        Kind::Integer(0, MAX_INTEGER) => "integer".to_owned(),
        Kind::Integer(least, most) => format!("integer, {least} to {most}"),
        Kind::Boolean => "`true` or `false`".to_owned(),
        Kind::Texts => "array of texts".to_owned(),
        Kind::TextOrTexts => "text or array of texts".to_owned(),
        Kind::TextsOrTables(_) => "array of texts or tables".to_owned(),
        Kind::Choice(choices) => format!("one of {}", words(choices)),
        Kind::Choices(choices) => format!("array of {}", words(choices)),
        Kind::Secret => "secret".to_owned(),
        Kind::SecretReference => "where a secret is".to_owned(),
        Kind::Table | Kind::Section(_) => "table".to_owned(),
        Kind::TableOfTexts => "table of texts".to_owned(),
    }
}
