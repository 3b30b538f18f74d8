//! The output of `show`.

use super::*;

fn row(config: &Config, key: &str) -> (String, String) {
    let rows = config.show();
    let row = rows.iter().find(|row| row.key == key).expect(key);
    (row.value.clone(), row.source.clone())
}

#[test]
fn every_value_is_shown_with_its_source() {
    let mut machine = Machine::with("\n[tokens]\nid_token_lifetime = \"5m\"\n")
        .variable("AIRSIDE_TRUSTED_PROXIES", "[]");
    machine.flags.listen = Some("127.0.0.1:0".to_owned());
    let bound = "127.0.0.1:7".parse().unwrap();
    let config = machine.load().unwrap().with_listen_address(bound);
    let pair = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    assert_eq!(
        row(&config, "issuer"),
        pair("\"http://127.0.0.1:7\"", "listen")
    );
    assert_eq!(row(&config, "listen"), pair("\"127.0.0.1:0\"", "--listen"));
    assert_eq!(
        row(&config, "trusted_proxies"),
        pair("[]", "AIRSIDE_TRUSTED_PROXIES")
    );
    assert_eq!(
        row(&config, "tokens.id_token_lifetime"),
        pair("\"5m\"", "airside.toml:3")
    );
    assert_eq!(
        row(&config, "sign_in.account_failures"),
        pair("10", "default")
    );
}

#[test]
fn secrets_are_not_shown() {
    let text = "[[user]]\nusername = \"alice\"\npassword = \"hunter2hunter2\"\n\
                [[user]]\nusername = \"bob\"\npassword = { env = \"BOB\" }\n";
    let config = Machine::with(text)
        .variable("BOB", "hunter2hunter2")
        .load()
        .unwrap();
    assert_eq!(row(&config, "user[0].password").0, "(secret)");
    assert_eq!(row(&config, "user[1].password").0, "{ env = \"BOB\" }");
    let everything = format!(
        "{config:?}{}",
        serde_json::to_string(&config.show()).unwrap()
    );
    assert!(!everything.contains("hunter2"), "{everything}");
}
