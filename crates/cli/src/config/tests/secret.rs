//! Secrets: where they may be, how long they are, and that none is shown.

use airside_testkit::assert_contains;

use super::*;
use crate::config::{EncryptionKey, decode_key};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const LONG: &str = "0123456789abcdef0123456789abcdef";

fn billing(secret: &str) -> String {
    format!(
        "[[client]]\nclient_id = \"billing\"\nclient_secret = {secret}\n\
         grant_types = [\"client_credentials\"]\nscope = \"read\"\n\
         [[resource]]\nidentifier = \"https://api.example.com\"\nscopes = [\"read\"]\n"
    )
}

#[test]
fn a_literal_secret_is_for_development_only() {
    assert!(load(&billing("\"short\"")).is_ok());
    let said = refused(&format!("{PRODUCTION}{}", billing(&format!("\"{LONG}\""))));
    assert_contains(&said, "`client.client_secret` is written in the file");
    assert_contains(
        &said,
        "5 | client_secret = (secret)\n  |                 ^^^^^^^^",
    );
    assert!(!said.contains(LONG), "{said}");
}

#[test]
fn a_secret_comes_from_a_variable_or_a_file() {
    let text = format!("{PRODUCTION}{}", billing("{ env = \"BILLING\" }"));
    assert!(
        Machine::with(&text)
            .variable("BILLING", LONG)
            .load()
            .is_ok()
    );
    let text = format!("{PRODUCTION}{}", billing("{ file = \"billing.txt\" }"));
    assert!(
        Machine::with(&text)
            .file("/srv/billing.txt", &format!("{LONG}\n"))
            .load()
            .is_ok()
    );
}

#[test]
fn a_missing_source_of_a_secret_is_named() {
    let said = refused(&billing("{ env = \"BILLING\" }"));
    assert_contains(&said, "environment variable `BILLING` is not set");
    assert!(!said.contains("is missing"), "{said}");
    let said = refused(&billing("{ file = \"gone.txt\" }"));
    assert_contains(&said, "cannot be read: there is no such file");
    assert_contains(&said, "looked for /srv/gone.txt");
    let empty = Machine::with(&billing("{ env = \"BILLING\" }")).variable("BILLING", "");
    assert!(
        empty
            .load()
            .unwrap_err()
            .to_string()
            .contains("`client.client_secret` is empty")
    );
}

#[test]
fn off_development_mode_a_secret_has_32_characters() {
    let text = format!("{PRODUCTION}{}", billing("{ env = \"BILLING\" }"));
    let machine = Machine::with(&text).variable("BILLING", "hunter2");
    let said = machine.load().unwrap_err().to_string();
    assert_contains(&said, "has 7 characters, but must have 32 or more");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn hs256_needs_a_secret_of_32_bytes_and_nothing_else_takes_one() {
    // RFC7518-3.2
    let api = |rest: &str| format!("[[resource]]\nidentifier = \"https://a.example\"\n{rest}\n");
    assert!(
        load(&api(&format!(
            "signing_alg = \"HS256\"\nsecret = \"{LONG}\""
        )))
        .is_ok()
    );
    assert!(refused(&api("signing_alg = \"HS256\"")).contains("`resource.secret` is missing"));
    let short = refused(&api("signing_alg = \"HS256\"\nsecret = \"hunter2\""));
    assert!(short.contains("has 7 bytes, but HS256 needs 32") && !short.contains("hunter2"));
    let useless = refused(&api(&format!("secret = \"{LONG}\"")));
    assert_contains(&useless, "`resource.secret` is of no use");
}

#[test]
fn an_encryption_key_is_32_bytes_in_base64() {
    assert!(decode_key(KEY).is_some() && decode_key(&format!("{KEY}\n")).is_some());
    assert!(decode_key("AAEC").is_none() && decode_key("no base64").is_none());
    let machine = Machine::default().variable("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
    assert!(matches!(
        machine.load().unwrap().encryption_key,
        EncryptionKey::Given(_)
    ));
    let bad = Machine::default().variable("AIRSIDE_KEYS__ENCRYPTION_KEY", "hunter2");
    let said = bad.load().unwrap_err().to_string();
    assert!(
        said.contains("is not 32 bytes in base64") && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn a_named_encryption_key_must_be_there() {
    let text = "[keys]\nencryption_key = { file = \"own.key\" }\n";
    assert!(refused(text).contains("`keys.encryption_key` cannot be read"));
    let machine = Machine::with(text).file("/srv/own.key", KEY);
    let EncryptionKey::File(path) = machine.load().unwrap().encryption_key else {
        panic!()
    };
    assert_eq!(path, Path::new("/srv/own.key"));
    let variable = Machine::default()
        .variable("AIRSIDE_KEYS__ENCRYPTION_KEY__FILE", "own.key")
        .file("/srv/own.key", KEY);
    assert!(matches!(
        variable.load().unwrap().encryption_key,
        EncryptionKey::File(_)
    ));
}

#[test]
fn postgresql_is_refused_without_showing_its_password() {
    for (url, why) in [
        (
            "postgres://me:hunter2@db/airside",
            "must be given with PostgreSQL",
        ),
        (
            "postgres://me:hunter2@db/airside?sslmode=x",
            "`sslmode` is one of",
        ),
        ("postgres://me:hunter2@db:port/airside", "`store.url`"),
    ] {
        let said = refused(&format!("[store]\nurl = \"{url}\"\n"));
        assert_contains(&said, why);
        assert!(!said.contains("hunter2"), "{said}");
    }
    for url in ["mysql://x", "sqlite:", "sqlite::memory:", "airside.db"] {
        assert!(
            load(&format!("[store]\nurl = \"{url}\"\n")).is_err(),
            "{url}"
        );
    }
}

#[test]
fn postgresql_is_taken_with_the_key_of_every_node() {
    let text = "[store]\nurl = { env = \"DATABASE\" }\n";
    let machine = Machine::with(text)
        .variable("DATABASE", "postgres://me:hunter2@db/airside")
        .variable("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
    let config = machine.load().unwrap();
    assert!(matches!(config.store, crate::config::StoreUrl::Postgres(_)));
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn no_line_that_is_shown_has_a_secret_in_it() {
    for text in [
        "[[user]]\nusername = \"alice\"\npasword = \"hunter2\"\n",
        "[[user]]\nusername = \"alice\"\npassword = \"hunter2\n",
        "[[user]]\nusername = \"alice\"\npassword = \"hunter2\" x\n",
        "[[user]]\nusername = 7\nclaims = { password = \"hunter2\" }\nclient_secret = [\"hunter2\"]\n",
        "[[client]]\nclient_id = 1\nclientsecret = \"\"\"\nhunter2\"\"\"\n",
        "[[client]]\nclient_id = \"a\"\nclient_secret = { env = \"A\", value = \"hunter2\" }\n",
        "[[client]]\nclient_id = \"a\"\njwks = { keys = [ { d = \"hunter2\", x = 1 } ] }\n",
        "[store]\nurll = \"postgres://me:hunter2@db\"\n",
    ] {
        let problems = load(text).expect_err(text);
        let json = problems.to_json().to_string();
        assert!(!problems.to_string().contains("hunter2"), "{problems}");
        assert!(!json.contains("hunter2") && !format!("{problems:?}").contains("hunter2"));
    }
}

#[test]
fn a_seed_password_is_one_that_a_person_could_set() {
    let long = "x".repeat(1025);
    for mode in ["", PRODUCTION] {
        let text =
            format!("{mode}[[user]]\nusername = \"alice\"\npassword = {{ env = \"ALICE\" }}\n");
        let with = |password: &str| Machine::with(&text).variable("ALICE", password).load();
        for (password, expected) in [
            ("hunter2", "fewer than 12 characters"),
            // bytes are not characters
            ("äöüäöüäöü", "fewer than 12 characters"),
            (&long, "more than 1024 bytes"),
        ] {
            let said = with(password).unwrap_err().to_string();
            assert_contains(&said, expected);
            assert!(!said.contains(password), "{said}");
        }
        for password in ["correct horse", "äöüäöüäöüäöü", &long[1..]] {
            assert!(with(password).is_ok(), "{password}");
        }
    }
}
