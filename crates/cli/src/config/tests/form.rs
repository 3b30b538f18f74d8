//! Keys, types and places.

mod variable;

use airside_config::{SectionInfo, key::Kind, value};

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
fn all_problems_are_told_at_once() {
    let text = "isuer = \"http://127.0.0.1:8080\"\nlisten = \"localhost\"\n\n[tokens]\n\
                access_token_lifetime = 900\nid_token_lifetime = \"2d\"\n";
    let expected = "\
error: unknown key `isuer`
 --> airside.toml:1:1
  |
1 | isuer = \"http://127.0.0.1:8080\"
  | ^^^^^
  = help: did you mean `issuer`?

error: `listen` is `localhost`, which is no address with a port
 --> airside.toml:2:10
  |
2 | listen = \"localhost\"
  |          ^^^^^^^^^^^
  = help: write it as in `127.0.0.1:8080` or `[::1]:8080`

error: `tokens.access_token_lifetime` must be a duration in quotes, not an integer
 --> airside.toml:5:25
  |
5 | access_token_lifetime = 900
  |                         ^^^
  = help: write an integer and `ms`, `s`, `m`, `h` or `d`, as in `\"15m\"`

error: `tokens.id_token_lifetime` is `2d`, but must be 1s to 1d
 --> airside.toml:6:21
  |
6 | id_token_lifetime = \"2d\"
  |                     ^^^^";
    assert_eq!(refused(text), expected);
}

#[test]
fn every_garbled_value_is_refused_where_it_stands() {
    for section in REGISTRY.sections {
        for key in section.keys {
            for garbled in garbled(key.kind) {
                let text = format!(
                    "# first line\n{}{} = {garbled}\n",
                    header(section),
                    key.name
                );
                let problems = load(&text).expect_err(&text).to_json().to_string();
                let line = text.lines().count();
                assert!(
                    problems.contains(&format!("\"line\":{line}")),
                    "{text}{problems}"
                );
                assert!(problems.contains(key.name), "{text}{problems}");
            }
        }
    }
}

fn header(section: &SectionInfo) -> String {
    match (section.name, section.repeated) {
        ("", _) => String::new(),
        (name, true) => format!("[[{name}]]\n"),
        (name, false) => format!("[{name}]\n"),
    }
}

fn garbled(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text => &["7", "[]"],
        Kind::Path => &["7", "\"\""],
        Kind::Address => &["0", "\"\"", "\"127.0.0.1\"", "\"127.0.0.1:99999\""],
        Kind::Duration(..) => &["0", "\"\"", "\"15\"", "\"-1s\"", "\"99999d\"", "true"],
        Kind::Integer(0, _) => &["-1", "\"1\"", "1.5", "99999999999999999999999999"],
        Kind::Integer(..) => &["0", "-1", "\"1\"", "1.5", "99999999999999999999999999"],
        Kind::Boolean => &["0", "\"true\""],
        Kind::Texts => &["\"a\"", "[1]", "{}"],
        Kind::Choice(_) => &["0", "\"\"", "\"nonsense\""],
        Kind::Choices(_) => &["\"RS256\"", "[\"nonsense\"]", "[0]"],
        Kind::Secret => &[
            "0",
            "{}",
            "{ env = \"\" }",
            "{ env = \"A\", file = \"b\" }",
            "{ x = 1 }",
        ],
        Kind::Table => &["0", "\"a\"", "[]"],
        _ => panic!("no key of `airside.toml` takes {kind:?}"),
    }
}

#[test]
fn every_misspelt_key_is_refused_where_it_stands() {
    for section in REGISTRY.sections {
        for key in section.keys {
            let misspelt = format!("{}x", key.name);
            let text = format!("{}{misspelt} = 1\n", header(section));
            let problems = refused(&text);
            assert!(
                problems.contains(&format!("unknown key `{misspelt}`")),
                "{problems}"
            );
            assert!(
                problems.contains(&format!("did you mean `{}`?", key.name)),
                "{problems}"
            );
        }
    }
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
fn a_key_in_the_wrong_table_is_sent_home() {
    let said = refused("publish_ahead = \"0s\"\n");
    assert!(
        said.contains("help: `publish_ahead` belongs in `[keys]`"),
        "{said}"
    );
    let said = refused("[tokens]\nlisten = \"127.0.0.1:1\"\n");
    assert!(
        said.contains("help: `listen` belongs above the first table"),
        "{said}"
    );
}

#[test]
fn a_repeated_table_needs_two_brackets() {
    let said = refused("[client]\nclient_id = \"spa\"\n");
    assert!(
        said.contains("`client` must be written `[[client]]`"),
        "{said}"
    );
    assert!(refused("[[tokens]]\n").contains("`tokens` must be written `[tokens]`"));
}

#[test]
fn a_line_that_is_no_toml_is_refused_where_it_stands() {
    let problems = load("listen = \"127.0.0.1:1\"\nissuer = = 1\n").unwrap_err();
    assert!(
        problems.to_json().to_string().contains("\"line\":2"),
        "{problems}"
    );
    assert!(load("listen = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n").is_err());
}

#[test]
fn paths_start_where_the_documentation_says() {
    let mut machine = Machine::default()
        .file(
            "/etc/airside/main.toml",
            "data = \"state\"\n[tls]\ncertificate = \"c.pem\"\nprivate_key = \"/k.pem\"\n",
        )
        .file("/etc/airside/c.pem", "c")
        .file("/k.pem", "k")
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
fn a_line_that_is_no_toml_is_blamed_once_beside_other_problems() {
    let expected = "\
error: string values must be quoted, expected literal string
 --> airside.toml:1:10
  |
1 | listen =
  |          ^

error: unknown key `isuer`
 --> airside.toml:2:1
  |
2 | isuer = 1
  | ^^^^^
  = help: did you mean `issuer`?";
    assert_eq!(refused("\u{feff}listen = \nisuer = 1\n"), expected);
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
        .file("/srv/cert.pem", "c")
        .file("/srv/key.pem", "k")
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
