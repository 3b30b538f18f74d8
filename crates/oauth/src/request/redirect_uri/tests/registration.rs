//! Addresses that can be registered.

use super::*;

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

const ADDRESSES_OF_SEVERAL_SPELLINGS: [&str; 6] = [
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "[::ffff:7f00:1]x",
    "[0:0::1]",
];

const NOT_PLAINLY_LOOPBACK: [&str; 5] = [
    "127.1",
    "0.0.0.0",
    "127.0.0.1.evil.ex",
    "localhost.evil.ex",
    "LOCALHOST",
];

#[test]
fn addresses_that_can_be_read_in_two_ways_are_refused() {
    for text in ADDRESSES_OF_SEVERAL_SPELLINGS {
        assert_eq!(
            refused(&format!("https://{text}/cb")),
            RedirectUriError::Host,
            "{text}"
        );
    }
    for text in NOT_PLAINLY_LOOPBACK {
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

const DANGEROUS_SCHEMES: [&str; 14] = [
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
];

#[test]
fn dangerous_schemes_are_refused() {
    // RFC8252-7.1, A07
    for text in DANGEROUS_SCHEMES {
        assert_eq!(refused(text), RedirectUriError::Scheme, "{text}");
    }
    assert_eq!(refused("http://app.ex/cb"), RedirectUriError::Plaintext);
    let native = uri("com.example.app:/cb");
    assert!(native.is_private_scheme() && native.matches("com.example.app:/cb"));
}

const WITHOUT_A_HOST: [&str; 6] = [
    "https:",
    "https:/cb",
    "https://",
    "https:///cb",
    "https://App.ex/cb",
    "https://a..b/",
];

const WITHOUT_A_PORT: [&str; 4] = [
    "https://app.ex:/cb",
    "https://app.ex:0/cb",
    "https://app.ex:65536/",
    "https://app.ex:x/",
];

#[test]
fn what_is_not_absolute_is_refused() {
    // RFC6749-3.1.2
    for text in ["", "/cb", "//app.ex/cb", "app.ex/cb", "com.example.app:cb"] {
        assert_eq!(refused(text), RedirectUriError::Relative, "{text}");
    }
    for text in WITHOUT_A_HOST {
        assert_eq!(refused(text), RedirectUriError::Host, "{text}");
    }
    for text in WITHOUT_A_PORT {
        assert_eq!(refused(text), RedirectUriError::Port, "{text}");
    }
    let longest = format!("https://app.ex/{}", "a".repeat(512 - 15));
    assert!(longest.parse::<RedirectUri>().is_ok());
    assert_eq!(refused(&format!("{longest}a")), RedirectUriError::Length);
}

#[test]
fn a_fragment_is_refused() {
    // RFC6749-3.1.2, A05
    assert_eq!(refused("https://app.ex/cb#x"), RedirectUriError::Fragment);
    assert_eq!(refused("https://app.ex/cb#"), RedirectUriError::Fragment);
    assert!(!uri("https://app.ex/cb").matches("https://app.ex/cb#x"));
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
fn it_is_a_string_on_the_wire() {
    let json = "\"https://app.ex/cb\"";
    let parsed: RedirectUri = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&parsed).unwrap(), json);
    assert!(serde_json::from_str::<RedirectUri>("\"javascript:x\"").is_err());
}
