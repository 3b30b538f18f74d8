//! Keys, types and places.

mod mistake;
mod variable;

use airside_config::{SectionInfo, key::Kind, value};

use self::mistake::header;
use super::*;
use crate::config::key::REGISTRY;

#[test]
fn an_empty_file_is_a_configuration() {
    let config = load("").unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.settings.profile.issuer, "http://127.0.0.1:8080");
    assert_eq!(config.data.as_os_str(), "/srv/airside-data");
}

#[test]
fn no_file_is_a_configuration() {
    assert!(Machine::default().load().is_ok());
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let machine = Machine {
        config: Some("other.toml".into()),
        ..Machine::default()
    };
    let said = machine.load().unwrap_err().to_string();
    assert_eq!(said, "error: cannot read other.toml: there is no such file");
}

#[test]
fn writing_down_every_default_changes_nothing() {
    let mut text = String::new();
    for section in REGISTRY
        .sections
        .iter()
        .filter(|section| !section.repeated && section.name != "tls")
    {
        text.push_str(&header(section));
        for key in section.keys {
            let given = key
                .default
                .map(|default| format!("{} = {}\n", key.name, default.node().to_toml()));
            text.extend(given);
        }
    }
    let (written, empty) = (load(&text).unwrap(), load("").unwrap());
    assert_eq!(
        format!("{:?}", written.settings),
        format!("{:?}", empty.settings)
    );
    assert_eq!(
        format!("{:?}", written.encryption_key),
        format!("{:?}", empty.encryption_key)
    );
    assert_eq!(format!("{:?}", written.store), format!("{:?}", empty.store));
}

#[test]
fn every_default_is_a_value_that_its_key_takes() {
    for key in REGISTRY.sections.iter().flat_map(|section| section.keys) {
        let wrong = key
            .default
            .map(|default| value::check(key.kind, &default.node()));
        assert!(wrong.is_none_or(|wrong| wrong.is_empty()), "{}", key.name);
    }
}

#[test]
fn paths_start_where_the_documentation_says() {
    let mut machine = Machine::default()
        .file(
            "/etc/airside/main.toml",
            "data = \"state\"\n[tls]\ncertificate = \"c.pem\"\nprivate_key = \"/k.pem\"\n",
        )
        .file("/etc/airside/c.pem", CERTIFICATE)
        .file("/k.pem", PRIVATE_KEY)
        .variable("AIRSIDE_ISSUER", "https://id.example.com");
    machine.config = Some("/etc/airside/main.toml".into());
    let config = machine.load().unwrap();
    assert_eq!(config.data, Path::new("/srv/state"));
    assert_eq!(
        format!("{:?}", config.store),
        "Sqlite(\"/srv/state/airside.db\")"
    );
    let tls = config.tls.unwrap();
    assert_eq!(tls.certificate, Path::new("/etc/airside/c.pem"));
    assert_eq!(tls.private_key, Path::new("/k.pem"));
    let crate::config::EncryptionKey::Generated(key) = config.encryption_key else {
        panic!()
    };
    assert_eq!(key, Path::new("/srv/state/master.key"));
}

#[test]
fn whatever_line_is_deleted_the_start_is_refused_with_a_place_or_is_safe() {
    let example = include_str!("example.toml");
    let count = example.lines().count();
    for deleted in 0..count {
        let lines = example.lines().enumerate().filter(|(i, _)| *i != deleted);
        let text = lines
            .map(|(_, line)| format!("{line}\n"))
            .collect::<String>();
        let Err(problems) = whole(&text).load() else {
            continue;
        };
        let said = problems.to_string();
        assert_eq!(
            said.matches("error:").count(),
            said.matches("--> ").count(),
            "{said}"
        );
    }
}

fn whole(text: &str) -> Machine {
    Machine::with(text)
        .file("/srv/cert.pem", CERTIFICATE)
        .file("/srv/key.pem", PRIVATE_KEY)
        .variable("BILLING_SECRET", "billing")
        .variable("ALICE_PASSWORD", "alice")
        .variable("AIRSIDE_ISSUER", "https://localhost:8080")
}

#[test]
fn the_data_directory_is_found_without_the_secrets() {
    let text = "data = \"state\"\n[[user]]\nusername = \"a\"\npassword = { env = \"GONE\" }\n";
    let machine = Machine::with(text);
    assert!(machine.load().is_err());
    assert_eq!(machine.data_directory().unwrap(), Path::new("/srv/state"));
    assert!(Machine::with("dta = 1\n").data_directory().is_err());
}
