use super::*;

fn refusal(url: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    Target::parse(&url, &FetchPolicy::default())
        .err()
        .map(|error| error.to_string())
}

#[test]
fn only_https_without_credentials_is_fetched() {
    for url in [
        "http://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "dict://example.com:2628/",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "ftp://example.com/",
        "https://example.com:22/",
        "https://example.com:25/",
        "data:text/plain,x",
    ] {
        assert!(refusal(url).is_some(), "{url}");
    }
    assert_eq!(refusal("https://example.com/jwks"), None);
    assert_eq!(refusal("https://example.com:8443/jwks"), None);
}

#[test]
fn a_literal_address_in_any_spelling_must_be_public() {
    for host in NOT_PUBLIC {
        assert!(refusal(&format!("https://{host}/")).is_some(), "{host}");
    }
    assert_eq!(refusal("https://1.1.1.1/"), None);
    assert_eq!(refusal("https://[2606:4700::1111]/"), None);
}

#[test]
fn a_dns_answer_with_one_internal_address_is_refused_whole() {
    let url = Url::parse("https://rebound.example/").unwrap();
    let target = Target::parse(&url, &FetchPolicy::default()).unwrap();
    let public = "1.1.1.1:443".parse().unwrap();
    let internal = "10.0.0.1:443".parse().unwrap();
    assert!(target.check(&[public]).is_ok());
    assert!(target.check(&[public, internal]).is_err());
}

#[test]
fn development_http_reaches_loopback_only() {
    let policy = FetchPolicy {
        allow_loopback_http: true,
        ..FetchPolicy::default()
    };
    let target = |url: &str| Target::parse(&Url::parse(url).unwrap(), &policy);
    assert!(target("http://127.0.0.1:8080/").is_ok());
    assert!(target("http://[::1]:8080/").is_ok());
    assert!(target("http://1.1.1.1/").is_err());
    assert!(target("http://10.0.0.1:8080/").is_err());
    let named = target("http://rebound.example/").unwrap();
    assert!(named.check(&["1.1.1.1:80".parse().unwrap()]).is_err());
}

#[test]
fn a_private_network_is_reached_only_where_it_is_meant() {
    let policy = FetchPolicy {
        allow_private_network: true,
        ..FetchPolicy::default()
    };
    let reached = |host: &str| {
        let url = Url::parse(&format!("https://{host}/")).unwrap();
        Target::parse(&url, &policy).is_ok()
    };
    for host in PRIVATE {
        assert!(reached(host), "{host}");
    }
    for host in NEVER_REACHED {
        assert!(!reached(host), "{host}");
    }
}

#[test]
fn a_refusal_shows_no_secret_of_the_url() {
    let shown = refusal("https://alice:hunter2@example.com/a?token=s3cret#frag").unwrap();
    assert_eq!(
        shown,
        "`https://example.com/a` is not fetched: it carries credentials"
    );
}

const NOT_PUBLIC: [&str; 17] = [
    "169.254.169.254",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0",
    "10.0.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "[::1]",
    "[::]",
    "[::ffff:169.254.169.254]",
    "[fd00::1]",
    "[fe80::1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
];

const PRIVATE: [&str; 6] = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "[fd00::1]",
    "1.1.1.1",
];

const NEVER_REACHED: [&str; 6] = [
    "169.254.169.254",
    "127.0.0.1",
    "0.0.0.0",
    "[fe80::1]",
    "[::1]",
    "224.0.0.1",
];
