use super::*;

fn proxies() -> TrustedProxies {
    TrustedProxies::parse(&["10.0.0.0/8".into(), "fd00::/8".into()]).unwrap()
}

fn seen(proxies: &TrustedProxies, peer: &str, headers: &[(&'static str, &str)]) -> String {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    let address = proxies.client_address(peer.parse().unwrap(), &map);
    address.map_or("unnamed".to_owned(), |address| address.to_string())
}

fn client(peer: &str, headers: &[(&'static str, &str)]) -> String {
    seen(&proxies(), peer, headers)
}

#[test]
fn headers_of_an_untrusted_peer_are_ignored() {
    assert_eq!(
        client("1.2.3.4", &[("x-forwarded-for", "9.9.9.9")]),
        "1.2.3.4"
    );
    assert_eq!(
        client("1.2.3.4", &[("forwarded", "for=9.9.9.9")]),
        "1.2.3.4"
    );
}

#[test]
fn the_nearest_untrusted_address_is_the_client() {
    let spoofed = [("x-forwarded-for", "6.6.6.6, 9.9.9.9, 10.0.0.2")];
    assert_eq!(client("10.0.0.1", &spoofed), "9.9.9.9");
    let lines = [
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-for", "9.9.9.9"),
    ];
    assert_eq!(client("10.0.0.1", &lines), "9.9.9.9");
    assert_eq!(client("::ffff:10.0.0.1", &lines), "9.9.9.9");
}

#[test]
fn forwarded_understands_ports_quotes_and_case() {
    for value in [
        "for=9.9.9.9;proto=https;by=10.0.0.1",
        "proto=https; For=\"9.9.9.9:4711\"",
        "for=6.6.6.6, for=9.9.9.9, for=\"[fd00::1]:80\"",
    ] {
        assert_eq!(
            client("10.0.0.1", &[("forwarded", value)]),
            "9.9.9.9",
            "{value}"
        );
    }
    let v6 = [("forwarded", "for=\"[2606:4700::1]\"")];
    assert_eq!(client("10.0.0.1", &v6), "2606:4700::1");
}

#[test]
fn a_malformed_header_names_nobody() {
    for value in MALFORMED {
        let headers = [("x-forwarded-for", value)];
        assert_eq!(client("10.0.0.1", &headers), "unnamed", "{value}");
    }
    for value in [
        "for=unknown",
        "for=_hidden",
        "for=\"9.9.9.9",
        "proto=https",
        "for=1.1.1.1;for=2.2.2.2",
    ] {
        assert_eq!(
            client("10.0.0.1", &[("forwarded", value)]),
            "unnamed",
            "{value}"
        );
    }
}

/// T32: what a client writes before it does not hide the address that its proxy appends.
#[test]
fn an_element_that_cannot_be_read_hides_no_address() {
    let proxies = proxies();
    let named = |value: &[u8]| {
        let value = HeaderValue::from_bytes(value).unwrap();
        let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, value)]);
        proxies.client_address("10.0.0.1".parse().unwrap(), &headers)
    };
    let client = "203.0.113.6".parse().ok();
    assert_eq!(named(b"203.0.113.6"), client, "the control");
    for junk in [b"\xff".as_slice(), b"?", b"", b"unknown", b"\xc3\xa9, x"] {
        assert_eq!(named(&[junk, b", 203.0.113.6"].concat()), client);
        assert_eq!(named(&[junk, b", 203.0.113.6, 10.0.0.2"].concat()), client);
        let inside = named(&[junk, b", 10.0.0.2"].concat());
        assert_eq!(inside, "10.0.0.2".parse().ok());
        assert_eq!(
            named(&[b"203.0.113.6, ", junk].concat()),
            None,
            "the proxy's own"
        );
    }
}

#[test]
fn a_proxy_without_its_header_names_nobody() {
    assert_eq!(client("10.0.0.1", &[]), "unnamed");
    assert_eq!(client("10.0.0.1", &[("x-real-ip", "9.9.9.9")]), "unnamed");
    assert_eq!(client("1.2.3.4", &[]), "1.2.3.4");
}

/// T32: the other header is the client's
#[test]
fn a_second_header_beside_the_proxys_own_is_ignored() {
    let forwarded = ("forwarded", "for=6.6.6.6");
    let legacy = ("x-forwarded-for", "9.9.9.9");
    for second in [forwarded, ("forwarded", "nonsense"), ("forwarded", "")] {
        assert_eq!(client("10.0.0.1", &[second, legacy]), "9.9.9.9");
    }
    let proxies = proxies();
    assert_eq!(seen(&proxies, "10.0.0.1", &[forwarded]), "6.6.6.6");
    for second in [legacy, ("x-forwarded-for", "nonsense")] {
        let both = [forwarded, second];
        assert_eq!(seen(&proxies, "10.0.0.1", &both), "6.6.6.6");
    }
    let elsewhere = [forwarded, legacy];
    assert_eq!(seen(&proxies, "fd00::1", &elsewhere), "9.9.9.9", "another");
    assert_eq!(seen(&proxies.clone(), "10.0.0.1", &elsewhere), "6.6.6.6");
}

/// G01: what else `Forwarded` says counts as its addresses do.
#[test]
fn a_clients_own_forwarded_says_nothing() {
    let (forwarded, legacy) = (("forwarded", "host=a"), ("x-forwarded-for", "9.9.9.9"));
    let wrote = |proxies: &TrustedProxies, peer: &str, sent: &[(&'static str, &str)]| {
        let lines = sent
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        proxies.wrote_forwarded(peer.parse().unwrap(), &lines.collect())
    };
    let proxies = proxies();
    assert!(wrote(&proxies, "10.0.0.1", &[forwarded]), "the control");
    assert!(!wrote(&proxies, "10.0.0.1", &[forwarded, legacy]));
    assert!(
        !wrote(&proxies, "192.0.2.1", &[forwarded]),
        "nobody's proxy"
    );
    seen(&proxies, "10.0.0.1", &[legacy]);
    assert!(!wrote(&proxies, "10.0.0.1", &[forwarded]));
    seen(&proxies, "fd00::1", &[("forwarded", "for=6.6.6.6")]);
    assert!(
        wrote(&proxies, "fd00::1", &[forwarded, legacy]),
        "the control"
    );
}

/// T32: a reload does not let a client write the header that its proxy does not
#[test]
fn what_was_learnt_is_taken_over() {
    let before = proxies();
    let forwarded = ("forwarded", "for=6.6.6.6");
    assert_eq!(seen(&before, "10.0.0.1", &[forwarded]), "6.6.6.6");
    let both = [forwarded, ("x-forwarded-for", "9.9.9.9")];
    let after = proxies();
    assert_eq!(seen(&after, "10.0.0.1", &both), "9.9.9.9", "the control");
    after.learn_from(&before);
    assert_eq!(seen(&after, "10.0.0.1", &both), "6.6.6.6");
    assert_eq!(seen(&after, "fd00::1", &both), "9.9.9.9", "another proxy");
}

#[test]
fn a_forwarded_request_shows_it() {
    let has = |name: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(name, "x".parse().unwrap());
        is_forwarded(&headers)
    };
    for name in ["forwarded", "via", "x-forwarded-for", "x-forwarded-host"] {
        assert!(has(name), "{name}");
    }
    assert!(has("x-real-ip"));
    assert!(!has("host") && !has("x-request-id") && !has("user-agent"));
}

#[test]
fn a_malformed_entry_is_named() {
    let error = TrustedProxies::parse(&["10.0.0.1/8".into()]).unwrap_err();
    assert!(error.to_string().starts_with("`10.0.0.1/8` is neither"));
}

const MALFORMED: [&str; 6] = [
    "",
    "unknown",
    "9.9.9.9,",
    "9.9.9",
    "[9.9.9.9",
    "9.9.9.9 6.6.6.6",
];
