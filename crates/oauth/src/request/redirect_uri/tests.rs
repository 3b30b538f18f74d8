use proptest::prelude::*;

use super::*;

mod nearest;
mod registration;

fn uri(text: &str) -> RedirectUri {
    text.parse().unwrap()
}

fn refused(text: &str) -> RedirectUriError {
    text.parse::<RedirectUri>().expect_err(text)
}

/// Addresses that are nearly `https://app.ex/cb`.
const NEARLY_THE_SAME: [&str; 17] = [
    "https://app.ex/cb/",
    "https://app.ex/CB",
    "https://app.ex/cb?x=1",
    "https://app.ex/cb?",
    "https://app.ex/cb#",
    "https://app.ex/cb%2f",
    "https://app.ex/c%62",
    "https://app.ex/cb/../evil",
    "https://app.ex/./cb",
    "HTTPS://APP.EX/cb",
    "https://app.ex:443/cb",
    "https://app.ex./cb",
    "http://app.ex/cb",
    "https://app.ex/cb ",
    " https://app.ex/cb",
    "https://app.ex/cb\0",
    "",
];

#[test]
fn only_the_very_same_bytes_match() {
    // RFC9700-2.1, A01
    let registered = uri("https://app.ex/cb");
    for received in NEARLY_THE_SAME {
        assert!(!registered.matches(received), "{received:?}");
    }
    assert!(registered.matches("https://app.ex/cb"));
}

const WITH_A_USER_NAME: [&str; 5] = [
    "https://app.ex@evil.ex/cb",
    "https://app.ex%40evil.ex/cb",
    "https://a@@b@evil.ex/cb",
    "https://app.ex\\@evil.ex/cb",
    "https://app.ex:443@evil.ex/cb",
];

#[test]
fn a_user_name_can_neither_be_registered_nor_smuggled_in() {
    // RFC3986-3.2.1, A02
    let registered = uri("https://app.ex/cb");
    for received in WITH_A_USER_NAME {
        assert!(!registered.matches(received), "{received}");
        refused(received);
    }
    assert_eq!(
        refused("https://app.ex@evil.ex/cb"),
        RedirectUriError::UserInfo
    );
    assert_eq!(
        refused("https://user:@app.ex/cb"),
        RedirectUriError::UserInfo
    );
    assert!("https://app.ex/@alice".parse::<RedirectUri>().is_ok());
}

#[test]
fn a_path_is_never_resolved() {
    // RFC9700-4.1, A03
    let registered = uri("https://app.ex/cb");
    for received in [
        "https://app.ex/cb/..;/evil",
        "https://app.ex/cb/%2e%2e/evil",
        "https://app.ex/cb/..%5cevil",
        "https://app.ex/cb%252f..",
        "https://app.ex/evil/../cb",
    ] {
        assert!(!registered.matches(received), "{received}");
    }
}

const READ_IN_TWO_WAYS: [&str; 9] = [
    "https:/\\evil.ex",
    "https://app.ex\t.evil.ex",
    "https://app.ex/cb\r\nSet-Cookie:a",
    "https://app。ex/cb",
    "https://аpp.ex/cb",
    "https://app.ex％2fcb",
    "https://app.ex/%",
    "https://app.ex/c b",
    "https://app.ex/<b>",
];

#[test]
fn characters_that_readers_disagree_about_are_refused() {
    // RFC3986-2, A04
    let registered = uri("https://app.ex/cb");
    for received in READ_IN_TWO_WAYS {
        assert!(!registered.matches(received), "{received:?}");
        assert_eq!(
            refused(received),
            RedirectUriError::Character,
            "{received:?}"
        );
    }
    assert!("https://xn--pp-7ka.ex/cb".parse::<RedirectUri>().is_ok());
}

const NOT_A_PORT: [&str; 8] = [
    ":0",
    ":65536",
    ":",
    ":080",
    ":+80",
    ":8o",
    ":99999999999999999999",
    ":80:80",
];

#[test]
fn a_loopback_address_matches_any_port() {
    // RFC8252-7.3, A06
    for (registered, base) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1"),
        ("http://127.0.0.1:3000/cb", "http://127.0.0.1"),
        ("http://[::1]/cb", "http://[::1]"),
    ] {
        let registered = uri(registered);
        let takes = |port: &str| registered.matches(&format!("{base}{port}/cb"));
        for port in ["", ":1", ":80", ":3000", ":65535"] {
            assert!(takes(port), "{registered} {port}");
        }
        for port in NOT_A_PORT {
            assert!(!takes(port), "{registered} {port}");
        }
    }
    assert!(uri("http://127.0.0.1").matches("http://127.0.0.1:5000"));
    assert!(uri("http://127.0.0.1/cb?a=1").matches("http://127.0.0.1:5000/cb?a=1"));
}

/// Addresses that differ from `http://127.0.0.1/cb` in more than the port.
const NEARLY_LOOPBACK: [&str; 14] = [
    "http://localhost/cb",
    "http://127.0.0.1.evil.ex/cb",
    "http://127.0.0.1:80.evil.ex/cb",
    "http://127.0.0.1:80@evil.ex/cb",
    "http://127.0.0.1:80/evil/cb",
    "http://127.1/cb",
    "http://2130706433/cb",
    "http://[::ffff:127.0.0.1]/cb",
    "http://[::1]/cb",
    "http://0.0.0.0/cb",
    "http://localhost.evil.ex/cb",
    "http://127.0.0.1:80/cb/",
    "https://127.0.0.1:80/cb",
    "http://127.0.0.180/cb",
];

#[test]
fn nothing_but_the_port_of_a_loopback_address_is_free() {
    // RFC8252-7.3, A06
    let registered = uri("http://127.0.0.1/cb");
    for received in NEARLY_LOOPBACK {
        assert!(!registered.matches(received), "{received}");
    }
    assert!(registered.matches("http://127.0.0.1:49152/cb"));
    assert!(!uri("http://127.0.0.1").matches("http://127.0.0.1:5000/cb"));
    // the port is free for plain http to an address only
    assert!(!uri("http://localhost:3000/cb").matches("http://localhost:3001/cb"));
    assert!(uri("http://localhost:3000/cb").matches("http://localhost:3000/cb"));
    assert!(!uri("https://127.0.0.1:3000/cb").matches("https://127.0.0.1:3001/cb"));
    assert!(!uri("https://app.ex:8443/cb").matches("https://app.ex:8444/cb"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_what_parses_matches_itself(text in ".{0,64}") {
        let all = [uri("http://127.0.0.1:3000/cb"), uri("https://app.ex/cb")];
        let _ = nearest(&all, &text);
        if let Ok(parsed) = text.parse::<RedirectUri>() {
            prop_assert!(parsed.matches(&text));
        }
    }

    #[test]
    fn what_matches_is_registrable_with_the_same_host(port in "[:0-9@./a-z]{0,8}") {
        let received = format!("http://127.0.0.1{port}/cb");
        if uri("http://127.0.0.1/cb").matches(&received) {
            let parsed = uri(&received);
            prop_assert_eq!(parsed.host(), "127.0.0.1");
        }
    }
}
