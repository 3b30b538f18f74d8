use serde_json::{Value, json};

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
fn what_is_referred_to_counts_as_if_it_were_there() {
    let root = json!({ "/a": { "$ref": "x/items.yaml#/~1a" }, "/b": { "get": { "$ref": "x/b.yaml" } },
        "/c/{id}": { "parameters": [{ "$ref": "x/b.yaml#/x-parameter" }],
            "put": { "requestBody": { "$ref": "x/b.yaml#/x-body" } } } });
    let items = json!({ "/a": { "post": { "$ref": "b.yaml" }, "x-airside": { "role": "admin" } } });
    let b = json!({ "security": [{ "r": ["b"] }], "x-body": { "content": { "text/plain": {} } },
        "x-parameter": { "in": "path", "name": "id", "schema": { "$ref": "../s.yaml" } } });
    let mut files = files(&[("a.yaml", document(root))]);
    for (name, value) in [
        ("x/b.yaml", b),
        ("x/items.yaml", items),
        ("s.yaml", json!({ "type": "integer" })),
    ] {
        let needed = match super::read("a.yaml", &files, None).unwrap() {
            Reading::Needs(needed) => needed,
            Reading::Done(_) => panic!("{name}"),
        };
        assert!(needed.contains(name), "{name}");
        files.insert(name.to_owned(), Ok(value));
    }
    let all = done(&files).operations;
    let said: Vec<_> = all
        .iter()
        .map(|one| {
            let facts = one.facts.as_ref().unwrap();
            let Security::Alternatives(alternatives) = &facts.security else {
                panic!("{}", one.path)
            };
            let scopes = alternatives[0][0].scopes.join(" ");
            let path = one.template.as_ref().unwrap();
            let (foreign, bodies) = (facts.is_foreign, facts.bodies.join(" "));
            format!("{} {path} {scopes} {foreign} {bodies}", one.method)
        })
        .collect();
    assert_eq!(
        said,
        [
            "POST /a b true ",
            "GET /b b true ",
            "PUT /c/{id:int} a true text/plain"
        ]
    );
    let extension = all[0].facts.as_ref().unwrap().extension.clone();
    assert_eq!(extension.unwrap().value, json!({ "role": "admin" }));
}

#[test]
fn a_reference_that_is_not_followed_is_the_reason() {
    let many: Vec<_> = (0..40)
        .map(|at| {
            (
                format!("n{at}"),
                json!({ "$ref": format!("#/paths/x-n/n{}", at + 1) }),
            )
        })
        .collect();
    let many: serde_json::Map<_, _> = many.into_iter().collect();
    for (item, said) in [
        (json!({ "$ref": "#/nowhere" }), "leads nowhere"),
        (json!({ "$ref": "#/paths/~1a" }), "circle"),
        (json!({ "$ref": "#/paths/x-n/n0" }), "too often"),
        (json!({ "$ref": 1 }), "not a text"),
        (json!({ "$ref": "#name" }), "not a place"),
        (json!({ "$ref": "../b.yaml" }), "out of"),
        (json!({ "$ref": "/etc/passwd" }), "out of"),
        (json!({ "$ref": "http://localhost/b.yaml" }), "fetched"),
        (json!(null), "not an object"),
        (json!([]), "not an object"),
    ] {
        for paths in [
            json!({ "x-n": many, "/a": item, "/b": { "get": {} } }),
            json!({ "x-n": many, "/a": { "get": item, "$ref": "#/paths/x-e" }, "/b": { "get": {} } }),
        ] {
            let mut paths = paths;
            paths["x-e"] = json!({});
            let all = described(paths);
            assert_eq!(all.len(), 2, "{item}");
            let is_circle = why(&all[0]).contains("circle");
            assert!(
                why(&all[0]).contains(said) || is_circle || said == "circle",
                "{item}: {}",
                why(&all[0])
            );
            assert_eq!(why(&all[1]), "", "{item}");
        }
    }
}

#[test]
fn fields_beside_a_reference_count_unless_they_contradict() {
    let item = |beside: Value| {
        let mut operation = json!({ "$ref": "#/paths/x-o" });
        let members = operation.as_object_mut().unwrap();
        members.extend(beside.as_object().unwrap().clone());
        described(json!({ "x-o": { "security": [], "summary": "a" }, "/a": { "get": operation } }))
            .remove(0)
    };
    let facts = item(json!({ "x-airside": { "role": "b" }, "summary": "b" }))
        .facts
        .unwrap();
    assert_eq!(facts.security, Security::Nothing);
    assert_eq!(facts.extension.unwrap().value, json!({ "role": "b" }));
    assert!(why(&item(json!({ "security": [{ "o": [] }] }))).contains("beside a `$ref`"));
}

#[test]
fn no_message_quotes_another_file() {
    let secret = json!({ "$ref": "s3cret.yaml", "s3cret": { "type": "s3cret" }, "get": "s3cret",
        "operation": { "security": [{ "s3cret": [] }] }, "s3cret beside": {} });
    let root = json!({ "/a": { "$ref": "b.yaml" }, "/b": { "$ref": "b.yaml#/s3cret" },
        "/c": { "get": { "$ref": "b.yaml#/get" } }, "/d": { "get": { "$ref": "b.yaml#/operation" } },
        "/e": { "$ref": "b.yaml#/x" } });
    let mut files = files(&[("a.yaml", document(root)), ("b.yaml", secret)]);
    files.insert("s3cret.yaml".to_owned(), Err("is not there".to_owned()));
    let all = done(&files).operations;
    assert_eq!(all.len(), 5);
    for one in &all {
        let said = match &one.facts {
            Err(why) => why.clone(),
            Ok(OperationFacts {
                security: Security::Alternatives(all),
                ..
            }) => format!("{} {:?}", all[0][0].name, all[0][0].scheme),
            Ok(_) => panic!("{}", one.path),
        };
        assert!(!said.replace("#/s3cret", "").contains("s3cret"), "{said}");
        assert!(!one.method.contains("S3CRET"), "{}", one.method);
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

#[test]
fn every_server_counts_and_the_nearest_list_of_them() {
    let mut root = document(json!({
        "/a": { "get": {} },
        "/b": { "servers": [{ "url": "/b" }], "get": {}, "put": { "servers": [{ "url": "/c" }] } },
    }));
    root["servers"] = json!([{ "url": "https://a.example/v1" }, { "url": "https://b.example/v1/" }, { "url": "/v2" }]);
    let files = files(&[("a.yaml", root)]);
    let paths = |document: Document| {
        let all = document.operations.into_iter();
        all.map(|one| format!("{} {}", one.method, one.path))
            .collect::<Vec<_>>()
    };
    let document = done(&files);
    assert_eq!(document.remarks.len(), 1);
    assert!(document.remarks[0].contains("`/v1`, `/v2`"));
    assert_eq!(
        paths(document),
        ["GET /v1/a", "GET /v2/a", "GET /b/b", "PUT /c/b"]
    );
    match super::read("a.yaml", &files, Some("/p/")).unwrap() {
        Reading::Done(document) => {
            assert_eq!(paths(document), ["GET /p/a", "GET /p/b", "PUT /p/b"])
        }
        Reading::Needs(_) => panic!(),
    }
}

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

#[test]
fn what_is_referred_to_again_and_again_is_counted_each_time() {
    let parameters: Vec<_> = (0..3_000)
        .map(|at| json!({ "in": "path", "name": format!("p{at}") }))
        .collect();
    let paths: serde_json::Map<_, _> = (0..3_000)
        .map(|at| (format!("/{at}/{{a}}"), json!({ "$ref": "#/paths/x-all" })))
        .collect();
    let mut paths = Value::Object(paths);
    paths["x-all"] = json!({ "parameters": parameters, "get": {} });
    let files = files(&[("a.yaml", document(paths))]);
    let why = super::read("a.yaml", &files, None).unwrap_err();
    assert!(why.contains("5 000 000"), "{why}");
}

/// The reason of the only operation.
fn why_of(operation: Value) -> String {
    let all = described(json!({ "/a/{id}": { "get": operation } }));
    assert_eq!(all.len(), 1);
    why(&all[0]).to_owned()
}

#[test]
fn a_field_that_is_not_understood_is_never_nothing_said() {
    for name in [
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
    ] {
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

#[test]
fn what_the_root_of_another_document_says_is_said_by_its_operations_themselves() {
    let root = json!({ "/a": { "$ref": "v1.yaml#/paths/~1a" } });
    let of = |own: Value, said: Value| {
        let mut other = json!({ "openapi": "3.1.0", "paths": { "/a": { "get": own } } });
        other
            .as_object_mut()
            .unwrap()
            .extend(said.as_object().unwrap().clone());
        let all = done(&files(&[
            ("a.yaml", document(root.clone())),
            ("v1.yaml", other),
        ]))
        .operations;
        why(&all[0]).to_owned()
    };
    let security = json!({ "security": [{ "o": ["admin"] }] });
    let extension = json!({ "x-airside": { "role": "admin" } });
    for said in [&security, &extension] {
        assert!(
            of(json!({}), said.clone()).contains("of another document"),
            "{said}"
        );
        assert_eq!(of(said.clone(), said.clone()), "", "{said}");
        assert_eq!(of(said.clone(), json!({})), "", "{said}");
    }
}

#[test]
fn a_key_of_another_file_that_is_no_path_is_not_quoted() {
    let mut root = document(Value::Null);
    root["paths"] = json!({ "$ref": "s.yaml" });
    let secrets = json!({ "hunter2": { "get": {} }, "/b": { "get": {} } });
    let all = done(&files(&[("a.yaml", root), ("s.yaml", secrets)])).operations;
    let mut paths: Vec<_> = all.iter().map(|one| one.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/b", "/{…}"]);
    assert!(all.iter().all(|one| !why(one).contains("hunter2")));
    assert!(
        done(&files(&[("a.yaml", document(Value::Null))]))
            .operations
            .is_empty()
    );
}
