use serde_json::{Value, json};

use super::*;
use crate::document::{Files, Reading, read_outlined};

fn outlined(document: Value) -> Document {
    let files = Files::from([("a.json".to_owned(), Ok(document))]);
    match read_outlined("a.json", &files, None).unwrap() {
        Reading::Done(document) => document,
        Reading::Needs(files) => panic!("{files:?}"),
    }
}

fn begun(paths: Value) -> String {
    let schemes = json!({ "o": { "type": "oauth2" }, "k": { "type": "apiKey" } });
    let document = json!({ "openapi": "3.1.0", "security": [{ "o": ["a"] }], "paths": paths,
        "components": { "securitySchemes": schemes } });
    write(
        &outlined(document),
        &Settings {
            openapi: "a.json",
            ..Settings::default()
        },
    )
}

/// The lines behind the head.
fn body(paths: Value) -> Vec<String> {
    let text = begun(paths);
    let (_, body) = text.split_once("GUARD_DATABASE\" }\n").unwrap();
    let lines = body.lines().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[test]
fn what_is_said_is_not_repeated_and_what_is_not_is_asked() {
    let paths = json!({
        "/api/v1/orders": { "get": { "security": [] }, "post": {} },
        "/api/v1/orders/{id}": { "get": { "summary": "Read  an\norder" } },
        "/probe": { "get": { "security": [{ "k": [] }] } },
    });
    assert_eq!(
        body(paths),
        [
            "# --- orders ---",
            "# GET /api/v1/orders: public, as the document says",
            "# POST /api/v1/orders: scope `a`, as the document says",
            "# Read an order",
            "[[operation]]",
            "match = \"GET /api/v1/orders/{id}\"",
            "scope = \"a\"",
            "# owner = { view = \"airside_orders_owner\", key = \"{path:id}\", equals = \"sub\" }   # race window: in [database]",
            "# owner = { lookup = \"http://upstream.invalid/internal/owner-of/{path:id}\", pointer = \"/owner\", equals = \"sub\" }   # race window: an address that you write",
            "# --- probe ---",
            "# the security scheme `k` is an `apiKey`, and the guard verifies access tokens",
            "[[operation]]",
            "match = \"GET /probe\"",
            "# scope = \"…\"   # or role = \"…\": the document asks for no scope",
        ]
    );
}

#[test]
fn what_is_not_understood_is_a_comment_with_the_reason() {
    let paths =
        json!({ "/a": { "get": { "$ref": "#/nowhere" }, "psot": {} }, "/b/{x": { "get": {} } });
    let lines = body(paths);
    assert!(lines.iter().all(|line| line.starts_with("# ")), "{lines:?}");
    for said in [
        "GET /a: is not understood",
        "? /a: is not",
        "`psot` is not a method",
        "GET /b/{x: is not",
    ] {
        assert!(
            lines.iter().any(|line| line.contains(said)),
            "{said}: {lines:?}"
        );
    }
}

#[test]
fn a_rule_that_another_operation_depends_on_is_a_comment() {
    for (paths, why) in [
        (
            json!({ "/a/{x}": { "get": {} }, "/a/{y}": { "get": {} } }),
            "has the same path",
        ),
        (
            json!({ "/a": { "get": {} }, "/A": { "get": { "security": [{ "k": [] }] } } }),
            "frameworks take",
        ),
        (json!({ "/a/{x}": { "get": {}, "psot": {} } }), "beside it"),
        (json!({ "/a?b": { "get": {} } }), "query or fragment"),
    ] {
        let lines = body(paths);
        assert!(lines.iter().any(|line| line.contains(why)), "{lines:?}");
        assert!(
            lines.iter().any(|line| line == "# [[operation]]"),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| line.starts_with("# ")), "{lines:?}");
    }
}

#[test]
fn addresses_of_the_document_are_told_and_not_used() {
    let document = outlined(
        json!({ "openapi": "3.1.0", "servers": [{ "url": "https://evil.example/v1" }],
        "components": { "securitySchemes": { "i": { "type": "openIdConnect",
            "openIdConnectUrl": "https://evil.example/.well-known/openid-configuration" } } } }),
    );
    let text = write(&document, &Settings::default());
    let used = text.lines().filter(|line| !line.starts_with('#'));
    assert!(used.clone().all(|line| !line.contains("evil")), "{text}");
    assert!(
        used.clone()
            .any(|line| line.contains("issuer.invalid\"   # FILL IN")),
        "{text}"
    );
    assert!(text.contains("# The document names its servers: `https://evil.example/v1`"));
    assert!(
        text.contains("OpenID Connect schemes: `https://evil.example`"),
        "{text}"
    );
    assert!(
        text.contains("# Of the document: it has no operations"),
        "{text}"
    );
}
