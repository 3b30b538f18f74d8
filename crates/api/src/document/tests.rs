use serde_json::{Value, json};
mod reference;
mod unread;

use super::*;

fn files(all: &[(&str, Value)]) -> Files {
    let all = all.iter();
    all.map(|(name, value)| ((*name).to_owned(), Ok(value.clone())))
        .collect()
}

fn done(files: &Files) -> Document {
    match super::read("a.yaml", files, None).unwrap() {
        Reading::Done(document) => document,
        Reading::Needs(files) => panic!("{files:?}"),
    }
}

/// The operations of a document whose other parts are usual.
fn described(paths: Value) -> Vec<DescribedOperation> {
    done(&files(&[("a.yaml", document(paths))])).operations
}

fn document(paths: Value) -> Value {
    json!({ "openapi": "3.1.0", "security": [{ "o": ["a"] }], "paths": paths,
        "components": { "securitySchemes": { "o": { "type": "oauth2" }, "k": { "type": "apiKey" },
            "r": { "$ref": "#/components/securitySchemes/o" } } } })
}

fn why(one: &DescribedOperation) -> &str {
    match (&one.template, &one.facts) {
        (Err(why), _) | (_, Err(why)) => why,
        _ => "",
    }
}

#[test]
fn the_nearest_extension_replaces_and_some_of_it_is_not_inherited() {
    let mut root = document(json!({
        "/a": { "get": {}, "x-airside": { "role": "b", "public": "c" } },
        "/b": { "get": {}, "put": { "x-airside": { "any_object": true } } },
    }));
    root["x-airside"] = json!({ "scope": "r", "any_object": true });
    let all = done(&files(&[("a.yaml", root)])).operations;
    let said = |at: usize| {
        let extension = all[at].facts.as_ref().unwrap().extension.clone().unwrap();
        format!("{} {}", extension.value, extension.not_inherited.join(" "))
    };
    assert_eq!(said(0), r#"{"role":"b"} public"#);
    assert_eq!(said(1), r#"{"scope":"r"} any_object"#);
    assert_eq!(said(2), r#"{"any_object":true} "#);
}

/// A document of which two servers and two operations have prefixes.
fn with_servers() -> Files {
    let mut root = document(json!({
        "/a": { "get": {} },
        "/b": { "servers": [{ "url": "/b" }], "get": {}, "put": { "servers": [{ "url": "/c" }] } },
    }));
    root["servers"] = json!([{ "url": "https://a.example/v1" }, { "url": "https://b.example/v1/" }, { "url": "/v2" }]);
    files(&[("a.yaml", root)])
}

fn paths(document: Document) -> Vec<String> {
    let all = document.operations.into_iter();
    all.map(|one| format!("{} {}", one.method, one.path))
        .collect()
}

#[test]
fn every_server_counts_and_the_nearest_list_of_them() {
    let document = done(&with_servers());
    assert_eq!(document.remarks.len(), 1);
    assert!(document.remarks[0].contains("`/v1`, `/v2`"));
    assert_eq!(
        paths(document),
        ["GET /v1/a", "GET /v2/a", "GET /b/b", "PUT /c/b"]
    );
}

#[test]
fn a_prefix_that_is_set_replaces_those_of_the_servers() {
    match super::read("a.yaml", &with_servers(), Some("/p/")).unwrap() {
        Reading::Done(document) => {
            assert_eq!(paths(document), ["GET /p/a", "GET /p/b", "PUT /p/b"])
        }
        Reading::Needs(_) => panic!(),
    }
}

#[test]
fn a_query_does_not_tell_paths_apart() {
    let paths = json!({ "/a?b=c": { "get": {} }, "/d#e": { "get": {} }, "/{f?}": { "get": {} }, "/?g": { "get": {} } });
    let all = described(paths);
    let said = all.iter().map(|one| {
        let path = one.template.as_ref().map(ToString::to_string);
        format!("{} {}", path.unwrap_or_default(), one.has_query)
    });
    let mut said: Vec<_> = said.collect();
    // in which order members come is a feature of the reader
    said.sort();
    assert_eq!(said, [" false", "/ true", "/a true", "/d true"]);
}
