//! Every API must answer alike.

use airside_resource::{ResourceServer, testing::Issuer};

/// The answers to callers.
#[derive(Debug, PartialEq)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) challenge: String,
    pub(crate) body: Vec<u8>,
}

/// Tries the functions and the objects of an API; `get` sends a request with a token, if there is one.
pub(crate) async fn check(get: impl AsyncFn(ResourceServer, &str, Option<String>) -> Answered) {
    let issuer = Issuer::for_audience("https://notes.example").unwrap();
    let airside = issuer.resource_server().build().unwrap();
    let token =
        |person: &str, scope: &str| Some(issuer.person(person).scope(scope).sign().unwrap());
    let invalid = r#"Bearer error="invalid_token""#;
    let insufficient = r#"Bearer error="insufficient_scope", scope="reports:read""#;
    for (path, token, status, challenge, body) in [
        ("/notes/1", token("alice", "notes:read"), 200, "", "milk"),
        (
            "/notes/1",
            token("bob", "notes:read"),
            404,
            "",
            r#"{"error":"not_found"}"#,
        ),
        (
            "/notes/9",
            token("bob", "notes:read"),
            404,
            "",
            r#"{"error":"not_found"}"#,
        ),
        ("/notes/1", None, 401, "Bearer", ""),
        (
            "/notes/1",
            Some("nonsense".to_owned()),
            401,
            invalid,
            r#"{"error":"invalid_token"}"#,
        ),
        (
            "/report",
            token("bob", "reports:read"),
            200,
            "",
            "the report",
        ),
        (
            "/report",
            token("bob", "notes:read"),
            403,
            insufficient,
            r#"{"error":"insufficient_scope"}"#,
        ),
    ] {
        let answered = get(airside.clone(), path, token).await;
        let expected = Answered {
            status,
            challenge: challenge.to_owned(),
            body: body.as_bytes().to_vec(),
        };
        assert_eq!(answered, expected, "{path}");
    }
}

/// The page shows the programs that are tried here.
#[test]
fn the_page_shows_these_programs() {
    let page = include_str!("../../../docs/library/callers.md");
    let (_, page) = page.split_once("### Other frameworks").unwrap();
    let shown: Vec<_> = page
        .split("```rs\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("\n```"))
        .map(|(shown, _)| shown)
        .collect();
    assert_eq!(shown.len(), 4);
    let programs = [
        include_str!("actix.rs"),
        include_str!("poem.rs"),
        include_str!("tonic.rs"),
        include_str!("utoipa.rs"),
    ]
    .concat();
    for part in shown.iter().flat_map(|shown| shown.split("\n\n")) {
        assert!(programs.contains(part), "{part}");
    }
}
