//! Which environment variables are keys, and what is said of others.

use airside_testkit::assert_contains;

use super::*;

/// The outcome of a variable.
#[derive(Debug, PartialEq)]
enum Becomes {
    Key,
    Ignored,
    Warning,
    Error,
}

fn becomes(name: &str, value: &str) -> Becomes {
    let before = load("").unwrap();
    match Machine::default().variable(name, value).load() {
        Err(problems) => {
            let said = problems.to_string();
            assert_contains(&said, name);
            Becomes::Error
        }
        Ok(config) if !config.warnings.is_empty() => {
            assert!(config.warnings[0].contains(name), "{:?}", config.warnings);
            Becomes::Warning
        }
        Ok(config) if config.show() != before.show() => Becomes::Key,
        Ok(_) => Becomes::Ignored,
    }
}

#[test]
fn a_variable_is_a_key_or_an_error_or_somebody_elses() {
    use Becomes::{Error, Ignored, Key, Warning};
    for (name, value, expected) in [
        ("AIRSIDE_LISTEN", "127.0.0.1:2", Key),
        ("AIRSIDE_TOKENS__ID_TOKEN_LIFETIME", "5m", Key),
        // Kubernetes, for services `airside` and `airside-x`
        ("AIRSIDE_PORT", "tcp://10.0.0.1:80", Ignored),
        ("AIRSIDE_PORT_80_TCP", "tcp://10.0.0.1:80", Ignored),
        ("AIRSIDE_PORT_80_TCP_ADDR", "10.0.0.1", Ignored),
        ("AIRSIDE_PORT_80_TCP_PORT", "80", Ignored),
        ("AIRSIDE_PORT_80_TCP_PROTO", "tcp", Ignored),
        ("AIRSIDE_SERVICE_HOST", "10.0.0.1", Ignored),
        ("AIRSIDE_X_SERVICE_HOST", "fd00::1", Ignored),
        ("AIRSIDE_X_SERVICE_PORT", "443", Ignored),
        ("AIRSIDE_X_SERVICE_PORT_HTTP", "443", Ignored),
        ("AIRSIDE_LISTEN_PORT", "tcp://10.0.0.1:80", Ignored),
        // the shape hides no key, and no misspelt one
        ("AIRSIDE_LISTEN", "tcp://10.0.0.1:80", Error),
        ("AIRSIDE_ISSUER", "tcp://10.0.0.1:80", Error),
        ("AIRSIDE_LISTEN_PORT", "80", Error),
        ("AIRSIDE_TOKENS__PORT", "tcp://10.0.0.1:80", Error),
        ("AIRSIDE_KEYS__SERVICE_HOST", "10.0.0.1", Error),
        ("AIRSIDE_LISTN", "127.0.0.1:2", Error),
        ("AIRSIDE_listen", "127.0.0.1:2", Error),
        ("AIRSIDE_TOKENS_ACCESS_TOKEN_LIFETIME", "5m", Error),
        ("AIRSIDE_X__Y", "1", Error),
        ("AIRSIDE_CLIENT__SCOPE", "a", Error),
        ("AIRSIDE_LISTEN__FILE", "a", Error),
        // perhaps a variable of another program
        ("AIRSIDE_PORT", "8080", Warning),
        ("AIRSIDE_VERSION", "1.2", Warning),
        ("AIRSIDE_IMAGE_TAG", "latest", Warning),
        ("AIRSIDE_SERVICE_HOST", "id.example.com", Warning),
        // the command line's, and others'
        ("AIRSIDE_URL", "https://id.example.com", Ignored),
        ("AIRSIDE_TOKEN", "t", Ignored),
        ("HOME", "/", Ignored),
        ("airside_listen", "127.0.0.1:2", Ignored),
    ] {
        assert_eq!(becomes(name, value), expected, "{name}={value}");
    }
}

#[test]
fn an_empty_variable_is_not_set() {
    for name in [
        "AIRSIDE_LISTEN",
        "AIRSIDE_ISSUER",
        "AIRSIDE_TRUSTED_PROXIES",
        "AIRSIDE_KEYS__ENCRYPTION_KEY",
        "AIRSIDE_KEYS__ENCRYPTION_KEY__FILE",
        "AIRSIDE_CONFIG",
        "AIRSIDE_LISTN",
        "AIRSIDE_X__Y",
    ] {
        assert_eq!(becomes(name, ""), Becomes::Ignored, "{name}");
    }
    let machine = Machine::with("listen = \"127.0.0.1:1\"\n").variable("AIRSIDE_LISTEN", "");
    assert_eq!(machine.load().unwrap().listen.port(), 1);
}

#[test]
fn a_secret_that_refers_to_an_empty_variable_is_an_error() {
    let text = "[[user]]\nusername = \"alice\"\npassword = { env = \"ALICE\" }\n";
    let machine = Machine::with(text).variable("ALICE", "");
    let said = machine.load().unwrap_err().to_string();
    assert_contains(&said, "`user.password` is empty");
    assert_contains(&said, "variable `ALICE` is set to nothing");
    // the control
    assert!(
        Machine::with(text)
            .variable("ALICE", "correct horse")
            .load()
            .is_ok()
    );
}

#[test]
fn a_variable_that_the_configuration_names_is_known() {
    let text = "[[user]]\nusername = \"alice\"\npassword = { env = \"AIRSIDE_USER__ALICE\" }\n";
    let machine = Machine::with(text).variable("AIRSIDE_USER__ALICE", "correct horse");
    assert!(machine.load().unwrap().warnings.is_empty());
    // a variable names it
    let machine = Machine::default()
        .variable("AIRSIDE_STORE__URL__ENV", "AIRSIDE_STORE_URI")
        .variable("AIRSIDE_STORE_URI", "sqlite:a.db");
    assert!(machine.load().unwrap().warnings.is_empty());
    // the control: no variable does
    assert_eq!(becomes("AIRSIDE_USER__ALICE", "a"), Becomes::Error);
}
