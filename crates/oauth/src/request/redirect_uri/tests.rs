use proptest::prelude::*;

use super::*;

fn uri(text: &str) -> RedirectUri {
    text.parse().unwrap()
}

fn refused(text: &str) -> RedirectUriError {
    text.parse::<RedirectUri>().expect_err(text)
}

#[test]
fn only_the_very_same_bytes_match() {
    // RFC9700-2.1, A01
    let registered = uri("https://app.ex/cb");
    for received in [
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
    ] {
        assert!(!registered.matches(received), "{received:?}");
    }
    assert!(registered.matches("https://app.ex/cb"));
}

#[test]
fn a_user_name_can_neither_be_registered_nor_smuggled_in() {
    // RFC3986-3.2.1, A02
    let registered = uri("https://app.ex/cb");
    for received in [
        "https://app.ex@evil.ex/cb",
        "https://app.ex%40evil.ex/cb",
        "https://a@@b@evil.ex/cb",
        "https://app.ex\\@evil.ex/cb",
        "https://app.ex:443@evil.ex/cb",
    ] {
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
fn a_pattern_is_refused_wherever_it_is() {
    // RFC9700-2.1, A01
    for pattern in [
        "https://*.app.ex/cb",
        "https://*/cb",
        "https://app.ex/*",
        "https://app.ex/cb?x=*",
        "https://app.ex:*/cb",
        "http://127.0.0.1:*/cb",
        "com.example.app:/*",
        "*",
    ] {
        let error = refused(pattern);
        assert_eq!(error, RedirectUriError::Wildcard, "{pattern}");
        assert!(error.to_string().contains("no patterns"), "{error}");
    }
    assert!("https://app.ex/%2A".parse::<RedirectUri>().is_ok());
}

#[test]
fn a_pattern_of_an_earlier_release_is_read_and_matches_itself_alone() {
    // RFC9700-2.1, A01
    let stored = RedirectUri::stored("https://app.ex/*").unwrap();
    assert!(stored.matches("https://app.ex/*"));
    assert!(!stored.matches("https://app.ex/cb"));
    assert!(RedirectUri::stored("https://*.app.ex/cb").is_err());
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

#[test]
fn characters_that_readers_disagree_about_are_refused() {
    // RFC3986-2, A04
    let registered = uri("https://app.ex/cb");
    for received in [
        "https:/\\evil.ex",
        "https://app.ex\t.evil.ex",
        "https://app.ex/cb\r\nSet-Cookie:a",
        "https://app。ex/cb",
        "https://аpp.ex/cb",
        "https://app.ex％2fcb",
        "https://app.ex/%",
        "https://app.ex/c b",
        "https://app.ex/<b>",
    ] {
        assert!(!registered.matches(received), "{received:?}");
        assert_eq!(
            refused(received),
            RedirectUriError::Character,
            "{received:?}"
        );
    }
    assert!("https://xn--pp-7ka.ex/cb".parse::<RedirectUri>().is_ok());
}

#[test]
fn a_fragment_is_refused() {
    // RFC6749-3.1.2, A05
    assert_eq!(refused("https://app.ex/cb#x"), RedirectUriError::Fragment);
    assert_eq!(refused("https://app.ex/cb#"), RedirectUriError::Fragment);
    assert!(!uri("https://app.ex/cb").matches("https://app.ex/cb#x"));
}

#[test]
fn a_loopback_address_matches_any_port() {
    // RFC8252-7.3, A06
    for (registered, base) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1"),
        ("http://127.0.0.1:3000/cb", "http://127.0.0.1"),
        ("http://[::1]/cb", "http://[::1]"),
    ] {
        let registered = uri(registered);
        for port in ["", ":1", ":80", ":3000", ":65535"] {
            assert!(
                registered.matches(&format!("{base}{port}/cb")),
                "{registered} {port}"
            );
        }
        for port in [
            ":0",
            ":65536",
            ":",
            ":080",
            ":+80",
            ":8o",
            ":99999999999999999999",
            ":80:80",
        ] {
            assert!(
                !registered.matches(&format!("{base}{port}/cb")),
                "{registered} {port}"
            );
        }
    }
    assert!(uri("http://127.0.0.1").matches("http://127.0.0.1:5000"));
    assert!(uri("http://127.0.0.1/cb?a=1").matches("http://127.0.0.1:5000/cb?a=1"));
}

#[test]
fn nothing_but_the_port_of_a_loopback_address_is_free() {
    // RFC8252-7.3, A06
    let registered = uri("http://127.0.0.1/cb");
    for received in [
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
    ] {
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

#[test]
fn addresses_that_can_be_read_in_two_ways_are_refused() {
    for text in [
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "[::ffff:7f00:1]x",
        "[0:0::1]",
    ] {
        assert_eq!(
            refused(&format!("https://{text}/cb")),
            RedirectUriError::Host,
            "{text}"
        );
    }
    for text in [
        "127.1",
        "0.0.0.0",
        "127.0.0.1.evil.ex",
        "localhost.evil.ex",
        "LOCALHOST",
    ] {
        assert_eq!(
            refused(&format!("http://{text}/cb")),
            RedirectUriError::Plaintext,
            "{text}"
        );
    }
    assert!("https://192.0.2.1/cb".parse::<RedirectUri>().is_ok());
    assert!(
        "https://[2001:db8::1]:8443/cb"
            .parse::<RedirectUri>()
            .is_ok()
    );
}

#[test]
fn dangerous_schemes_are_refused() {
    // RFC8252-7.1, A07
    for text in [
        "javascript:alert(1)",
        "javascript://app.ex/%0aalert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "about:blank",
        "blob:https://app.ex/1",
        "myapp:/cb",
        "myapp://cb",
        "ftp://app.ex/cb",
        "HTTPS://app.ex/cb",
        "1com.example:/cb",
        "com.exa_mple:/cb",
    ] {
        assert_eq!(refused(text), RedirectUriError::Scheme, "{text}");
    }
    assert_eq!(refused("http://app.ex/cb"), RedirectUriError::Plaintext);
    let native = uri("com.example.app:/cb");
    assert!(native.is_private_scheme() && native.matches("com.example.app:/cb"));
}

#[test]
fn what_is_not_absolute_is_refused() {
    // RFC6749-3.1.2
    for text in ["", "/cb", "//app.ex/cb", "app.ex/cb", "com.example.app:cb"] {
        assert_eq!(refused(text), RedirectUriError::Relative, "{text}");
    }
    for text in [
        "https:",
        "https:/cb",
        "https://",
        "https:///cb",
        "https://App.ex/cb",
        "https://a..b/",
    ] {
        assert_eq!(refused(text), RedirectUriError::Host, "{text}");
    }
    for text in [
        "https://app.ex:/cb",
        "https://app.ex:0/cb",
        "https://app.ex:65536/",
        "https://app.ex:x/",
    ] {
        assert_eq!(refused(text), RedirectUriError::Port, "{text}");
    }
    let longest = format!("https://app.ex/{}", "a".repeat(512 - 15));
    assert!(longest.parse::<RedirectUri>().is_ok());
    assert_eq!(refused(&format!("{longest}a")), RedirectUriError::Length);
}

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    // RFC6454-6.2
    for (text, host, origin) in [
        ("https://app.ex/cb?x=1", "app.ex", "https://app.ex"),
        ("https://app.ex:443/cb", "app.ex", "https://app.ex"),
        ("https://app.ex:8443", "app.ex", "https://app.ex:8443"),
        ("http://127.0.0.1:80/cb", "127.0.0.1", "http://127.0.0.1"),
        ("http://[::1]:3000/cb", "[::1]", "http://[::1]:3000"),
        ("com.example.app:/cb", "com.example.app", "com.example.app:"),
        (
            "com.example.app://host/cb",
            "com.example.app",
            "com.example.app:",
        ),
    ] {
        assert_eq!(
            (uri(text).host(), uri(text).origin().as_str()),
            (host, origin),
            "{text}"
        );
    }
}

#[test]
fn the_difference_to_the_nearest_one_is_named() {
    let all = [
        uri("https://app.ex/cb"),
        uri("http://localhost:3000/a/Callback?x=1"),
    ];
    for (received, difference) in [
        (
            "http://localhost:3000/a/Callback/?x=1",
            Difference::TrailingSlash,
        ),
        ("http://localhost:3000/a/callback?x=1", Difference::PathCase),
        ("http://localhost:3000/a/Callback?x=2", Difference::Query),
        ("http://localhost:3001/a/Callback?x=1", Difference::Port),
        (
            "http://127.0.0.1:3000/a/Callback?x=1",
            Difference::Localhost,
        ),
        ("https://www.app.ex/cb", Difference::Www),
        ("http://app.ex/cb", Difference::Scheme),
        ("https://app.ex/cb#x", Difference::Fragment),
        ("https%3A%2F%2Fapp.ex%2Fcb", Difference::Encoding),
        ("https://app.ex/other", Difference::Path),
        ("https://evil.ex/cb", Difference::Host),
        ("https://evil.ex/other", Difference::Other),
    ] {
        assert_eq!(
            nearest(&all, received).map(|(_, how)| how),
            Some(difference),
            "{received}"
        );
    }
    assert_eq!(nearest(&[], "https://app.ex/cb"), None);
}

#[test]
fn the_nearest_one_shares_the_longest_beginning() {
    let all = [
        uri("https://app.ex/sign-in/cb"),
        uri("https://app.ex/account/cb"),
    ];
    let (near, how) = nearest(&all, "https://app.ex/account/callback").unwrap();
    assert_eq!((near, how), (&all[1], Difference::Path));
}

#[test]
fn it_is_a_string_on_the_wire() {
    let json = "\"https://app.ex/cb\"";
    let parsed: RedirectUri = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&parsed).unwrap(), json);
    assert!(serde_json::from_str::<RedirectUri>("\"javascript:x\"").is_err());
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
