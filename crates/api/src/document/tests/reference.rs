//! References to other places and files.

use super::*;

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

/// Returns why an operation of another document is not read: one that says `own` itself, below a root that says
/// `said`.
fn refused_as(own: Value, said: Value) -> String {
    let root = json!({ "/a": { "$ref": "v1.yaml#/paths/~1a" } });
    let mut other = json!({ "openapi": "3.1.0", "paths": { "/a": { "get": own } } });
    let members = other.as_object_mut().unwrap();
    members.extend(said.as_object().unwrap().clone());
    let files = files(&[("a.yaml", document(root)), ("v1.yaml", other)]);
    why(&done(&files).operations[0]).to_owned()
}

#[test]
fn what_the_root_of_another_document_says_is_said_by_its_operations_themselves() {
    let of = refused_as;
    let security = json!({ "security": [{ "o": ["admin"] }] });
    let extension = json!({ "x-airside": { "role": "admin" } });
    for said in [&security, &extension] {
        let why = of(json!({}), said.clone());
        assert!(why.contains("of another document"), "{said}");
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
