//! The reference document of the configuration.

use super::{
    duration,
    key::{Key, Kind, SECTIONS, Section},
    overlay::variable,
};

/// The reference of every key, in Markdown.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for section in SECTIONS {
        let title = match (section.name, section.repeated) {
            ("", _) => "Before the first table".to_owned(),
            (name, true) => format!("`[[{name}]]`"),
            (name, false) => format!("`[{name}]`"),
        };
        text.push_str(&format!("\n## {title}\n\n{}\n\n", section.about));
        text.push_str("| key | takes | default | meaning |\n|---|---|---|---|\n");
        section
            .keys
            .iter()
            .for_each(|key| text.push_str(&row(section, key)));
    }
    text
}

fn row(section: &Section, key: &Key) -> String {
    let default = key
        .default
        .map_or_else(|| "–".to_owned(), |default| format!("`{default}`"));
    let about = match section.repeated {
        true => key.about.to_owned(),
        false => format!("{} Environment: `{}`.", key.about, variable(section, key)),
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
        Kind::Address => "address and port".to_owned(),
        Kind::Path => "path".to_owned(),
        Kind::Duration(least, most) => {
            format!(
                "duration, {} to {}",
                duration::show(least),
                duration::show(most)
            )
        }
        Kind::Integer(least, most) => format!("integer, {least} to {most}"),
        Kind::Boolean => "`true` or `false`".to_owned(),
        Kind::Texts => "array of texts".to_owned(),
        Kind::Choice(choices) => format!("one of {}", words(choices)),
        Kind::Choices(choices) => format!("array of {}", words(choices)),
        Kind::Secret => "secret".to_owned(),
        Kind::Table => "table".to_owned(),
    }
}

const HEAD: &str = "\
# Configuration: `airside.toml`

<!-- generated from the registry of keys; a test compares the two -->

No key is required on a developer's machine. Without `--config` (or `AIRSIDE_CONFIG`), `./airside.toml` is read if it exists. A flag beats the environment, the environment beats the file, the file beats the default. `airside config check` tells everything that is wrong at once, `airside config show` tells what holds and where it comes from, and `airside config schema` prints a JSON schema for editors.

**Environment.** Every key outside `[[…]]` tables can be set by a variable: `AIRSIDE_`, then the path in capitals with `__` between levels. Arrays are written as in TOML or separated by commas. A variable that names no key is an error.

**Paths.** `data` is relative to the working directory; `store.url` and the default `master.key` to `data`; every other file to the configuration file.

**Durations** are an integer and `ms`, `s`, `m`, `h` or `d`.

**Secrets** are `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or, in development mode only, the text itself. Off development mode, a secret that a machine sends has 32 characters or more.

**Rights.** If other accounts of the machine have rights on the data directory, on the file of `keys.encryption_key` or on the socket, the server does not start and says which `chmod` helps. Off development mode the same holds for a `tls.private_key` that others can read, and for a file of a secret that others can write; one that they can read is warned about, because containers mount secrets so (on Kubernetes, mount keys with `defaultMode: 0440` and an `fsGroup`). A file in a directory that is closed to others is not open to them. Rights of the group on the first three are warned about.

**Development mode** is derived: `issuer` is a loopback address, `listen` is a loopback address and `trusted_proxies` is empty. Otherwise `issuer` must be https, and the listener speaks plain http only if `trusted_proxies` names the proxy in front, also on a loopback address: else all people would have the proxy's address, and share its limits.
";
