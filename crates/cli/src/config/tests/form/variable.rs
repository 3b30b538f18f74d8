//! Variables and flags.

use airside_testkit::assert_contains;

use super::*;

#[test]
fn a_flag_beats_a_variable_and_a_variable_beats_the_file() {
    let mut machine = Machine::with("listen = \"127.0.0.1:1\"\n");
    assert_eq!(machine.load().unwrap().listen.port(), 1);
    machine = machine.variable("AIRSIDE_LISTEN", "127.0.0.1:2");
    assert_eq!(machine.load().unwrap().listen.port(), 2);
    machine.flags.listen = Some("127.0.0.1:3".to_owned());
    assert_eq!(machine.load().unwrap().listen.port(), 3);
}

#[test]
fn a_variable_is_parsed_by_the_kind_of_its_key() {
    let config = Machine::default()
        .variable("AIRSIDE_TOKENS__ACCESS_TOKEN_LIFETIME", "5m")
        .variable("AIRSIDE_SIGN_IN__ACCOUNT_FAILURES", "3")
        .variable("AIRSIDE_KEYS__ALGORITHMS", "RS256, EdDSA")
        .load()
        .unwrap();
    assert_eq!(
        config.settings.profile.lifetimes.access_token.as_secs(),
        300
    );
    assert_eq!(config.settings.sign_in.account_failures, 3);
    assert_eq!(config.settings.algorithms.len(), 2);
    let list = Machine::default().variable("AIRSIDE_KEYS__ALGORITHMS", "[\"RS256\"]");
    assert_eq!(list.load().unwrap().settings.algorithms.len(), 1);
}

#[test]
fn a_variable_that_names_no_key_is_refused() {
    let said = Machine::default()
        .variable("AIRSIDE_LISTN", "x")
        .load()
        .unwrap_err()
        .to_string();
    let expected = "error: environment variable `AIRSIDE_LISTN` names no key\n \
                    --> environment variable AIRSIDE_LISTN\n  = help: did you mean `AIRSIDE_LISTEN`?";
    assert_eq!(said, expected);
    let client = Machine::default()
        .variable("AIRSIDE_CLIENT__SCOPE", "x")
        .load()
        .unwrap_err();
    assert!(
        client
            .to_string()
            .contains("`[[client]]` is written in the file"),
        "{client}"
    );
}

#[test]
fn a_variable_of_the_command_line_is_not_suggested_for_a_key() {
    let machine = Machine::default().variable("AIRSIDE_TOKENS__FOO", "x");
    let said = machine.load().unwrap_err().to_string();
    assert!(!said.contains("`AIRSIDE_TOKEN`"), "{said}");
    assert_contains(&said, "`AIRSIDE_TOKENS__FOO` names no key");
}

#[test]
fn variables_of_the_command_line_and_of_secrets_are_no_keys() {
    let text = "[[user]]\nusername = \"alice\"\npassword = { env = \"AIRSIDE_ALICE\" }\n";
    let machine = Machine::with(text)
        .variable("AIRSIDE_ALICE", "correct horse")
        .variable("AIRSIDE_URL", "http://x")
        .variable("AIRSIDE_TOKEN", "t")
        .variable("AIRSIDE_CONFIG", "airside.toml")
        .variable("HOME", "/root");
    assert!(machine.load().is_ok());
}

#[test]
fn a_bad_variable_and_a_bad_flag_are_named() {
    let mut machine = Machine::default().variable("AIRSIDE_SIGN_IN__ACCOUNT_FAILURES", "many");
    machine.flags.listen = Some("nowhere".to_owned());
    let said = machine.load().unwrap_err().to_string();
    assert_contains(
        &said,
        "--> environment variable AIRSIDE_SIGN_IN__ACCOUNT_FAILURES",
    );
    assert_contains(&said, "--> flag --listen");
}
