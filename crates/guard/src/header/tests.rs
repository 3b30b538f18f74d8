use airside_policy::Principal;

use super::*;

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let lines = lines.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(name, value);
    }
    headers
}

fn admitted(lines: &[(&str, &str)]) -> Result<usize, RequestError> {
    let admitted = admit(&mut headers(lines), &IdentityHeaders::default());
    admitted.map(|admitted| admitted.dropped)
}

/// The names and values that are forwarded behind the guard's own.
fn passed(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    let identity = IdentityHeaders::default();
    let mut sent = headers(lines);
    let admitted = admit(&mut sent, &identity).unwrap();
    let own = headers(&[("airside-subject", "alice")]);
    let all = forwarded(own, sent, &admitted.ending);
    let mut all = all
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    assert_eq!(all.next().unwrap().1, "alice");
    all.collect()
}

/// G01, G02, G07, T27
#[test]
fn no_caller_says_who_it_is() {
    for name in [
        "Airside-Subject",
        "airside-Scope",
        "Air-Side-Subject",
        "X-User",
        "Remote-User",
        "X-Forwarded-For",
        "Forwarded",
        "X-Original-URL",
        "X-Auth-Request-Email",
        "Client-Cert",
        "X-Forwarded-Client-Cert",
    ] {
        let left = passed(&[(name, "admin"), (name, "root"), ("accept", "*/*")]);
        assert_eq!(left, [("accept".to_owned(), "*/*".to_owned())], "{name}");
    }
}

/// G02, G07
#[test]
fn an_odd_spelling_of_a_name_that_counts_is_refused_and_any_other_odd_name_is_dropped() {
    for name in ODD_SPELLINGS {
        assert!(admitted(&[(name, "x")]).is_err(), "{name}");
    }
    let odd = [("x_a", "1"), ("x.b", "2"), ("y~", "3"), ("y", "4")];
    assert_eq!(admitted(&odd), Ok(3));
    assert_eq!(passed(&odd), [("y".to_owned(), "4".to_owned())]);
    // a name of one's own counts too
    let names = vec![(HeaderName::from_static("x-org"), "org".to_owned())];
    let identity = IdentityHeaders::new(names);
    assert!(admit(&mut headers(&[("x_org", "1")]), &identity).is_err());
    let admitted = admit(&mut headers(&[("xorg", "1")]), &identity);
    assert_eq!(admitted.unwrap().ending, ["xorg"]);
}

#[test]
fn a_list_is_one_line_and_nothing_else_is_there_twice() {
    let left = passed(&LISTS);
    let expected = [
        ("accept", "a, b, c"),
        ("cookie", "a=1; b=2"),
        ("x-one", "1"),
    ];
    assert_eq!(
        left,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    for name in SINGLE_HEADERS {
        assert!(admitted(&[(name, "1"), (name, "1")]).is_err(), "{name}");
        assert_eq!(admitted(&[(name, "1")]), Ok(0), "{name}");
    }
}

#[test]
fn the_lists_are_sorted_and_read_alike() {
    assert!(list::LISTS.is_sorted());
}

/// G03
#[test]
fn what_is_for_this_hop_ends_here_and_names_nothing_that_counts() {
    let sent = [
        ("connection", "close, X-Mine"),
        ("x-mine", "1"),
        ("te", "trailers"),
        ("x-kept", "1"),
    ];
    assert_eq!(passed(&sent), [("x-kept".to_owned(), "1".to_owned())]);
    // as Java's client and curl ask for HTTP/2
    let upgrade = "Upgrade, HTTP2-Settings";
    assert_eq!(admitted(&[("connection", upgrade)]), Ok(0));
    for named in [
        "Airside-Subject",
        "authorization",
        "x_user",
        "Host",
        "a b",
        "content-type",
    ] {
        assert!(admitted(&[("connection", named)]).is_err(), "{named}");
    }
    // one odd octet does not hide the others
    let hidden = HeaderValue::from_bytes(b"x, \xff, Airside-Subject").unwrap();
    let mut sent = HeaderMap::from_iter([(CONNECTION, hidden)]);
    assert!(admit(&mut sent, &IdentityHeaders::default()).is_err());
}

/// G09
#[test]
fn a_body_has_one_length() {
    for lines in [
        [("content-length", "5"), ("transfer-encoding", "chunked")],
        [
            ("transfer-encoding", "chunked"),
            ("transfer-encoding", "identity"),
        ],
        [("transfer-encoding", "xchunked"), ("accept", "*/*")],
        [
            ("transfer-encoding", "chunked, identity"),
            ("accept", "*/*"),
        ],
        [("content-length", "5"), ("content-length", "5")],
        [("content-length", "5 5"), ("accept", "*/*")],
        [("content-length", ""), ("accept", "*/*")],
        [("host", "a"), ("host", "b")],
        [("authorization", "Bearer a"), ("authorization", "Bearer b")],
    ] {
        assert!(admitted(&lines).is_err(), "{lines:?}");
    }
    let fine = [("transfer-encoding", "Chunked"), ("host", "a")];
    assert_eq!(admitted(&fine), Ok(0));
    // some parsers would read it in octal, or not to its end
    for (sent, written) in [
        ("010", "10"),
        ("0000000000000000000000010", "10"),
        ("0", "0"),
    ] {
        let lines = [("content-length", sent)];
        let one = [("content-length".to_owned(), written.to_owned())];
        assert_eq!(passed(&lines), one, "{sent}");
    }
}

#[test]
fn the_upstream_is_told_what_the_token_says() {
    let alice = Principal::user("alice \u{e9}%", "spa")
        .with_scopes("b a")
        .with_claim("org", "acme");
    let names =
        IDENTITY_HEADERS.map(|(name, fact)| (HeaderName::from_static(name), fact.to_owned()));
    let identity = IdentityHeaders::new(names.into());
    let told: Vec<_> = identity
        .of(&alice)
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    let expected = ["x-sub: alice %C3%A9%25", "x-scope: a b", "x-org: acme"];
    assert_eq!(told, expected);
    let machine = Principal::client("billing");
    assert_eq!(identity.of(&machine).count(), 0);
}

/// Odd spellings of names that count.
const ODD_SPELLINGS: [&str; 17] = [
    "airside_subject",
    "airside~subject",
    "AIRSIDE.SUBJECT",
    "x_user",
    "x|forwarded|for",
    "content_type",
    "content_length",
    "contenttype",
    "content--type",
    "transfer_encoding",
    "ho_st",
    "cookie_",
    "author'ization",
    "sec_fetch_site",
    "X-HTTP-Method-Override",
    "x_http_method",
    "xmethodoverride",
];

const IDENTITY_HEADERS: [(&str, &str); 4] = [
    ("x-sub", "sub"),
    ("x-scope", "scope"),
    ("x-roles", "roles"),
    ("x-org", "org"),
];

const SINGLE_HEADERS: [&str; 6] = [
    "x-one",
    "user-agent",
    "origin",
    "dpop",
    "content-type",
    "range",
];

const LISTS: [(&str, &str); 6] = [
    ("accept", "a"),
    ("cookie", "a=1"),
    ("x-one", "1"),
    ("accept", "b"),
    ("cookie", "b=2"),
    ("accept", "c"),
];
