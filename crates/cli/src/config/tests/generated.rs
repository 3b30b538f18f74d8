//! The schema and the document that follow from the registry.

use airside_config::Section as _;
use airside_oauth::{client::client_metadata::ClientMetadata, refusal::RefusalReason};
use airside_server::settings::SignInLimits;

use super::*;
use crate::config::{
    key::{Client, REGISTRY},
    reference::reference,
    schema,
};

#[test]
fn the_reference_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/configuration.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, reference()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == reference(),
        "run the tests with UPDATE_REFERENCE=1 and review the change"
    );
}

#[test]
fn the_schema_has_every_key() {
    let schema = schema();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
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
}

#[test]
fn the_registry_has_every_member_of_client_metadata() {
    let unknown = serde_json::from_value::<ClientMetadata>(serde_json::json!({ "?": 1 }));
    let message = unknown.unwrap_err().to_string();
    let mut members: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
    members.push("client_secret");
    let mut keys: Vec<&str> = Client::INFO.keys.iter().map(|key| key.name).collect();
    members.sort_unstable();
    keys.sort_unstable();
    assert_eq!(keys, members);
}

#[test]
fn the_defaults_are_those_of_the_server() {
    let settings = load("").unwrap().settings;
    let lifetimes = airside_oauth::profile::Lifetimes::default();
    assert_eq!(
        format!("{:?}", settings.profile.lifetimes),
        format!("{lifetimes:?}")
    );
    let limits = SignInLimits::default();
    assert_eq!(format!("{:?}", settings.sign_in), format!("{limits:?}"));
}

#[test]
fn the_remedy_of_a_refusal_names_keys_that_exist() {
    let schema = schema();
    let quoted = RefusalReason::ALL.iter().flat_map(|reason| {
        let remedy = reason.remedy();
        remedy.split('`').skip(1).step_by(2)
    });
    let keys: Vec<_> = quoted
        .filter_map(|quoted| quoted.strip_prefix('[')?.split_once("] "))
        .collect();
    assert_eq!(keys.len(), 3, "{keys:?}");
    for (section, key) in keys {
        let pointer = format!("/properties/{section}/properties/{key}");
        assert!(schema.pointer(&pointer).is_some(), "{pointer}");
    }
}
