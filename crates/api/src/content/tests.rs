use super::*;

fn kind(value: &str) -> Option<BodyKind> {
    ContentType::parse(value.as_bytes())
        .ok()
        .map(|one| one.kind)
}

#[test]
fn what_clients_send_is_read() {
    for value in JSON {
        assert_eq!(kind(value), Some(BodyKind::Json), "{value}");
    }
    for value in [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded-x",
    ] {
        assert_eq!(kind(value), Some(BodyKind::Form), "{value}");
    }
    for boundary in BOUNDARIES {
        let value = format!("multipart/form-data; boundary={boundary}");
        assert_eq!(kind(&value), Some(BodyKind::Multipart(boundary.into())));
    }
    let java = "multipart/mixed; boundary=\"----=_Part_0_1330.1719\"";
    assert!(matches!(kind(java), Some(BodyKind::Multipart(_))));
    for value in OTHER {
        assert_eq!(kind(value), Some(BodyKind::Other), "{value}");
    }
    for value in [
        "application/xml",
        "text/xml",
        "application/soap+xml;action=a",
    ] {
        assert_eq!(kind(value), Some(BodyKind::Xml), "{value}");
    }
    for value in MAYBE_JSON {
        assert_eq!(kind(value), Some(BodyKind::MaybeJson), "{value}");
    }
}

#[test]
fn what_frameworks_read_differently_is_refused() {
    for value in REFUSED {
        assert!(ContentType::parse(value.as_bytes()).is_err(), "{value}");
    }
}

/// G06, G15
#[test]
fn what_goes_on_has_one_kind_and_one_boundary_for_whoever_searches_it() {
    for (sent, written) in CANONICAL {
        let read = ContentType::parse(sent.as_bytes()).unwrap();
        assert_eq!(read.canonical(), written, "{sent}");
        let again = ContentType::parse(written.as_bytes()).unwrap();
        assert_eq!(again.canonical(), written);
    }
    // the controls: what means something
    for value in UNCHANGED {
        let read = ContentType::parse(value.as_bytes()).unwrap();
        assert_eq!(read.canonical(), value);
    }
}

#[test]
fn a_declared_range_takes_its_types() {
    let declared = [
        "application/json; charset=utf-8",
        "Image/*",
        "multipart/form-data",
    ];
    let bodies = Bodies::parse(declared).unwrap();
    for essence in ["application/json", "image/png", "multipart/form-data"] {
        assert!(bodies.takes(essence), "{essence}");
    }
    for essence in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "imagex/png",
    ] {
        assert!(!bodies.takes(essence), "{essence}");
    }
    let any = Bodies::parse(["*/*"]).unwrap();
    assert!(any.takes_any() && any.takes("text/plain") && !bodies.takes_any());
    assert!(Bodies::default().is_empty() && !Bodies::default().takes("text/plain"));
    assert!(Bodies::parse(["json"]).is_err() && Bodies::parse([""]).is_err());
}

/// Types that are JSON.
const JSON: [&str; 11] = [
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "application/json; charset=\"utf-8\"",
    "application/json;charset=utf8",
    "application/json;",
    "APPLICATION/JSON",
    "application/vnd.api+json",
    "application/merge-patch+json",
    "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
    "application/json;odata.metadata=minimal;odata.streaming=true",
];

/// Boundaries that clients make.
const BOUNDARIES: [&str; 5] = [
    "----WebKitFormBoundary7MA4YWxkTrZu0gW",
    "----geckoformboundary6ac3bf",
    "----formdata-undici-012345678901",
    "3d1f9a7e-6a6f-4a1e-9a0e-2f1b6f6d2f4e",
    "alamofire.boundary.0f5d1a2b3c4d5e6f",
];

/// Types in which nothing is searched.
const OTHER: [&str; 6] = [
    "text/plain;charset=iso-8859-1",
    "text/plain",
    "application/octet-stream",
    "application/x-ndjson",
    "image/png",
    "*/*",
];

/// Types that some frameworks read as JSON.
const MAYBE_JSON: [&str; 5] = [
    "text/json",
    "foo/x+json",
    "application/grpc+json",
    "application/connect+json",
    "text/plain; x=\"application/json\"",
];

/// Types that frameworks read differently.
const REFUSED: [&str; 32] = [
    "",
    "json",
    "/json",
    "application/",
    "application/json/x",
    "application/ json",
    "application/json, text/plain",
    "text/plain, application/json",
    "text/plain; application/json",
    "text/plain;x=application/json",
    "application/json; charset",
    "application/json; charset =utf-8",
    "application/json;charset=utf-7",
    "application/json;charset=utf-16",
    "application/json;charset=bogus",
    "application/json;charset=utf-8;charset=utf-8",
    "application/json;charset=\"utf-8",
    "application/json;charset=\"utf-\\8\"",
    "application/json x",
    "text/json;charset=utf-16",
    "application/x-www-form-urlencoded\t;x",
    "application/x-www-form-urlencoded;charset=iso-8859-1",
    "application/x-www-form-urlencoded;charset=utf-7",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=B; boundary=B",
    "multipart/form-data; boundary=\"a b\"",
    "multipart/form-data; boundary=a,b",
    "multipart/form-data; boundary*=utf-8''B",
    "multipart/form-data; charset=utf-16; boundary=B",
    "multipart/form-data; boundary=\"Bboundary=C\"",
    "application/x-www-form-urlencoded+json",
];

/// Types as they are sent, and as they go on.
const CANONICAL: [(&str, &str); 12] = [
    (
        "multipart/form-data; xboundary=C; boundary=B",
        "multipart/form-data; boundary=B",
    ),
    (
        "Multipart/Form-Data; boundary=B; x=\"boundary=C\"",
        "multipart/form-data; boundary=B",
    ),
    (
        "multipart/form-data; x=y; charset=UTF-8;BOUNDARY=\"a=b\"",
        "multipart/form-data; boundary=\"a=b\"; charset=UTF-8",
    ),
    (
        "multipart/related; x=\"; boundary=C\"; xBoundary=C; boundary=B",
        "multipart/related; boundary=B",
    ),
    (
        "application/x-www-form-urlencoded; x=\"/json\"",
        "application/x-www-form-urlencoded",
    ),
    (
        "application/x-www-form-urlencoded; charset=utf-8; x=\"multipart/form-data\"",
        "application/x-www-form-urlencoded; charset=utf-8",
    ),
    ("text/plain; x=\"application/json\"", "text/plain"),
    (
        "application/json; x=\"multipart/form-data; boundary=B\"",
        "application/json",
    ),
    ("application/json; x=urlencoded", "application/json"),
    ("text/plain; x=\"Multipart/form-data\"", "text/plain"),
    ("text/plain; charset=urlencoded", "text/plain"),
    ("application/json; x=\"a\\b\"", "application/json"),
];

/// Types that go on as they are.
const UNCHANGED: [&str; 6] = [
    "application/json; charset=utf-8",
    "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
    "application/json; odata.metadata=minimal; odata.streaming=true",
    "text/csv; charset=iso-8859-1; header=present",
    "multipart/related; boundary=B; type=\"application/xop+xml\"; start=\"<a@b>\"",
    "multipart/mixed; boundary=\"----=_Part_0_1330.1719\"",
];
