//! Parts of a document that are not understood.

use super::*;

#[test]
fn one_odd_operation_leaves_the_others() {
    for (paths, said) in [
        (json!({ "a": { "get": {} } }), "begin with"),
        (json!({ "/{a}{b}": { "get": {} } }), "touch"),
        (json!({ "/a/../b": { "get": {} } }), "refuses"),
        (json!({ "/a": { "GET": {} } }), "small letters"),
        (json!({ "/a": { "trace": {} } }), "TRACE"),
        (json!({ "/a": { "query": {} } }), "QUERY"),
        (json!({ "/a": { "psot": {} } }), "`psot`"),
        (json!({ "/a": { "get": { "security": null } } }), "list"),
        (json!({ "/a": { "get": { "security": [[]] } } }), "object"),
        (
            json!({ "/a": { "get": { "security": [{ "o": null }] } } }),
            "scopes",
        ),
        (
            json!({ "/a": { "get": { "security": [{ "o": [1] }] } } }),
            "scopes",
        ),
        (
            json!({ "/a": { "get": {}, "security": [] } }),
            "beside a path",
        ),
        (
            json!({ "/a": { "get": { "X-Airside": {} } } }),
            "`x-airside` is written",
        ),
        (
            json!({ "/a": { "get": {}, "x-Airside": {} } }),
            "`x-airside` is written",
        ),
        (
            json!({ "/a": { "get": { "Security": [] } } }),
            "`security` is written",
        ),
        (json!({ "/a": { "get": {}, "servers": {} } }), "servers"),
        (
            json!({ "/a": { "get": {}, "servers": [{ "url": "v1" }] } }),
            "path_prefix",
        ),
        (
            json!({ "/{a}": { "get": {}, "parameters": {} } }),
            "parameters",
        ),
        (
            json!({ "/{a}": { "get": {}, "parameters": [{ "$ref": "#/x" }] } }),
            "nowhere",
        ),
        (
            json!({ "/a": { "post": { "requestBody": { "$ref": "#/x" } } } }),
            "nowhere",
        ),
        (
            json!({ "/a": { "post": { "requestBody": { "content": [] } } } }),
            "content",
        ),
    ] {
        let mut all = paths.clone();
        all["/ok"] = json!({ "get": {}, "x-airside": {}, "summary": "a" });
        let all = described(all);
        assert_eq!(all.len(), 2, "{paths}");
        let (odd, fine): (Vec<_>, Vec<_>) = all.iter().partition(|one| !why(one).is_empty());
        assert_eq!((odd.len(), fine.len()), (1, 1), "{paths}");
        assert_eq!(fine[0].path, "/ok");
        assert!(why(odd[0]).contains(said), "{paths}: {}", why(odd[0]));
    }
}

#[test]
fn a_document_that_is_not_understood_says_which_it_is() {
    for (value, said) in [
        (json!(null), "empty"),
        (json!("<html>"), "not an OpenAPI document"),
        (json!({ "paths": {} }), "not an OpenAPI document"),
        (json!({ "swagger": "2.0" }), "Swagger 2.0"),
        (json!({ "openapi": 3.1 }), "quotes"),
        (json!({ "openapi": "3.2.0" }), "3.2"),
        (json!({ "openapi": "3.10.0" }), "3.10"),
        (json!({ "openapi": "2.0.0" }), "another version"),
        (json!({ "openapi": [] }), "not a version"),
        (
            json!({ "openapi": "3.1.0", "x_airside": {} }),
            "`x-airside`",
        ),
        (json!({ "openapi": "3.1.0", "paths": [] }), "`paths`"),
        (
            json!({ "openapi": "3.1.0", "paths": { "$ref": "#/x" } }),
            "`paths`",
        ),
    ] {
        let why = super::read("a.yaml", &files(&[("a.yaml", value)]), None).unwrap_err();
        assert!(why.contains(said), "{said}: {why}");
    }
    for value in [
        json!({ "openapi": "3.0.3", "paths": {} }),
        json!({ "openapi": "3.1.0", "webhooks": {} }),
    ] {
        let document = done(&files(&[("a.yaml", value)]));
        assert!(document.remarks[0].contains("no operations"));
    }
}

/// The reason of the only operation.
fn why_of(operation: Value) -> String {
    let all = described(json!({ "/a/{id}": { "get": operation } }));
    assert_eq!(all.len(), 1);
    why(&all[0]).to_owned()
}

#[test]
fn a_field_that_is_not_understood_is_never_nothing_said() {
    for name in MISSPELT_FIELDS {
        let why = why_of(json!({ name: [{ "o": ["admin"] }] }));
        assert!(!why.is_empty(), "{name}");
    }
    for name in [
        "x-airline",
        "x-security-note",
        "consumes",
        "deprecated",
        "callbacks",
    ] {
        assert_eq!(why_of(json!({ name: [] })), "", "{name}");
    }
    for body in [
        json!(1),
        json!([]),
        Value::Null,
        json!({ "contents": {} }),
        json!({ "content": 1 }),
    ] {
        assert!(!why_of(json!({ "requestBody": body })).is_empty(), "{body}");
    }
    let path = |schema: Value| json!({ "in": "path", "name": "id", "schema": schema });
    for parameters in [
        json!(1),
        json!([1]),
        json!([{ "in": "PATH", "name": "id" }]),
        json!([{ "name": "id" }]),
        json!([path(json!(1))]),
        json!([path(json!({ "enum": "x" }))]),
        json!([path(json!({ "enum": [] }))]),
    ] {
        let why = why_of(json!({ "parameters": parameters }));
        assert!(!why.is_empty(), "{parameters}");
    }
    for extension in [
        json!([null, "everybody"]),
        json!([]),
        json!(1),
        json!("scope"),
        Value::Null,
    ] {
        let said = why_of(json!({ "x-airside": extension }));
        assert!(said.contains("not an object"), "{extension}");
        let mut root = document(json!({ "/a": { "get": {} } }));
        root["x-airside"] = extension;
        let all = done(&files(&[("a.yaml", root)])).operations;
        assert!(why(&all[0]).contains("not an object"));
    }
}

/// Fields that look like one that is understood.
const MISSPELT_FIELDS: [&str; 13] = [
    "securty",
    "Security",
    "securities",
    "$REF",
    "ref",
    "$ref ",
    "$dynamicRef",
    "x-airsides",
    "x-Airside",
    "xairside",
    "x_airside",
    "<<",
    "",
];
