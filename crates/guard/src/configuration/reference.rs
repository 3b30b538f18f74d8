//! The reference document of `guard.toml`.

use std::path::Path;

use airside_config::{reference, schema, value};

use super::REGISTRY;

#[test]
fn the_reference_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/guard.md");
    let text = reference::reference(&REGISTRY, HEAD);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == text,
        "run this test with UPDATE_REFERENCE=1 and review the change"
    );
}

#[test]
fn the_schema_has_every_key() {
    let schema = schema::schema(&REGISTRY);
    for section in REGISTRY.sections {
        for key in section.keys {
            let pointer = match (section.name, section.repeated) {
                ("", _) => format!("/properties/{}", key.name),
                (name, false) => format!("/properties/{name}/properties/{}", key.name),
                (name, true) => format!("/properties/{name}/items/properties/{}", key.name),
            };
            assert!(schema.pointer(&pointer).is_some(), "{pointer}");
        }
    }
    let owner = "/properties/operation/items/properties/owner/properties/in";
    assert!(schema.pointer(owner).is_some());
    assert_eq!(
        schema["required"],
        serde_json::json!(["upstream", "issuer", "audience"])
    );
}

#[test]
fn every_default_is_a_value_that_its_key_takes() {
    for key in REGISTRY.keys() {
        let wrong = key
            .default
            .map(|default| value::check(key.kind, &default.node()));
        assert!(wrong.is_none_or(|wrong| wrong.is_empty()), "{}", key.name);
    }
}

const HEAD: &str = "\
# Configuration: `guard.toml`

<!-- generated from the registry of keys; a test compares the two -->

[The guard](../guard/README.md) says what it is for. `airside guard check` says everything that is wrong at once, and `airside guard schema` prints a JSON schema for editors. Without `--config` (or `AIRSIDE_CONFIG`), `./guard.toml` is read.

**Environment.** No variable is laid over the file: what is in it counts. Its secrets may be in variables of any name.

**Paths** are relative to the file.

**Durations** are an integer and `ms`, `s`, `m`, `h` or `d`.

**Secrets** are `{ env = \"NAME\" }` or `{ file = \"PATH\" }`, never the text itself. Line breaks at the end are not part of a secret, and an empty variable is an error. A secret that a machine sends has 20 characters or more.
";
