use serde_json::json;

use super::{
    super::{Files, Reading, read_outlined},
    *,
};

/// The outline of an operation with this schema of its answer; `b.json` has parts of it.
fn outline(method: &str, operation: Value, b: Value) -> Outline {
    let schemas = json!({
        "User": { "type": "object", "properties": { "id": { "type": "integer" }, "name": { "type": "string" } } },
        "Circle": { "allOf": [{ "$ref": "#/components/schemas/Circle" }],
            "properties": { "inner": { "$ref": "#/components/schemas/Circle" } } },
    });
    let document = json!({ "openapi": "3.1.0", "components": { "schemas": schemas },
        "paths": { "/a": { "parameters": [{ "in": "query", "name": "page" }], method: operation } } });
    let files = [("a.json", document), ("b.json", b)];
    let files = files.map(|(name, value)| (name.to_owned(), Ok(value)));
    match read_outlined("a.json", &Files::from(files), None).unwrap() {
        Reading::Done(document) => document.operations[0].outline.clone(),
        Reading::Needs(files) => panic!("{files:?}"),
    }
}

fn of_answer(schema: Value) -> Outline {
    let content = json!({ "application/hal+json; charset=utf-8": { "schema": schema } });
    let operation = json!({ "responses": { "200": { "content": content } } });
    outline("get", operation, json!(null))
}

#[test]
fn an_owner_is_found_where_documents_have_one() {
    let user = json!({ "$ref": "#/components/schemas/User" });
    let of = |properties: Value| json!({ "properties": properties });
    let text = json!({ "type": "string" });
    for (schema, owner) in [
        (
            of(json!({ "id": text, "owner_id": text })),
            Some("/owner_id"),
        ),
        (
            of(json!({ "created_by": text, "owner": text })),
            Some("/owner"),
        ),
        (of(json!({ "owner": user })), Some("/owner/id")),
        (
            of(json!({ "user": { "anyOf": [user, { "type": "null" }] } })),
            Some("/user/id"),
        ),
        (
            of(json!({ "userId": { "type": ["null", "integer"] } })),
            Some("/userId"),
        ),
        (
            json!({ "allOf": [of(json!({ "id": text })), of(json!({ "accountSid": text }))] }),
            Some("/accountSid"),
        ),
        (
            of(json!({ "data": of(json!({ "a/b": of(json!({ "owner": text })) })) })),
            Some("/data/a~1b/owner"),
        ),
        // another object's owner, a list, a number, a truth
        (
            of(json!({ "id": text, "product": of(json!({ "owner": text })) })),
            None,
        ),
        (
            of(json!({ "owner": { "type": "array", "items": text } })),
            None,
        ),
        (
            of(json!({ "owner": { "type": "number" }, "user": { "type": "boolean" } })),
            None,
        ),
        (of(json!({ "owner": of(json!({ "name": text })) })), None),
        (json!({ "$ref": "#/components/schemas/Circle" }), None),
        (json!({ "$ref": "#/nowhere" }), None),
        (json!(true), None),
    ] {
        assert_eq!(
            of_answer(schema.clone()).owner.as_deref(),
            owner,
            "{schema}"
        );
    }
}

#[test]
fn a_list_is_found_with_the_owners_of_its_items() {
    let item =
        json!({ "properties": { "id": { "type": "string" }, "owner": { "type": "string" } } });
    let list = json!({ "type": "array", "items": item });
    for (schema, found) in [
        (list.clone(), Some(("", "/owner"))),
        (
            json!({ "properties": { "total": {}, "results": list } }),
            Some(("/results", "/owner")),
        ),
        (
            json!({ "properties": { "data": { "properties": { "items": list } } } }),
            Some(("/data/items", "/owner")),
        ),
        (
            json!({ "properties": { "id": { "type": "string" }, "parts": list } }),
            None,
        ),
        (
            json!({ "type": "array", "items": { "type": "string" } }),
            None,
        ),
        (item, None),
    ] {
        let items = of_answer(schema.clone()).items;
        let items = items
            .as_ref()
            .map(|it| (it.list.as_str(), it.field.as_str()));
        assert_eq!(items, found, "{schema}");
    }
}

#[test]
fn what_is_in_another_file_is_not_quoted() {
    let operation = json!({ "tags": ["own"], "summary": "Own", "requestBody": { "$ref": "b.json#/body" },
        "parameters": [{ "$ref": "b.json#/parameter" }] });
    let body = json!({ "content": { "application/json": { "schema": { "properties": { "owner": { "type": "string" } } } } } });
    let parameter = json!({ "in": "query", "name": "limit" });
    let b = json!({ "body": body, "parameter": parameter, "operation": { "tags": ["secret"], "summary": "secret" } });
    let own = outline("post", operation, b.clone());
    assert_eq!(
        own.tag.as_deref().zip(own.summary.as_deref()),
        Some(("own", "Own"))
    );
    assert_eq!(own.body_owner.as_deref(), Some("/owner"));
    assert_eq!(own.query.unwrap(), ["limit", "page"]);
    let foreign = outline("post", json!({ "$ref": "b.json#/operation" }), b);
    assert_eq!((foreign.tag, foreign.summary), (None, None));
}

#[test]
fn only_so_much_of_a_schema_is_looked_at() {
    let mut schema = json!({ "owner": { "type": "string" } });
    for _ in 0..30 {
        let part = json!({ "properties": { "x": { "allOf": [{ "properties": schema }] } } });
        schema = json!({ "a": part, "b": part });
        if schema.to_string().len() > 500_000 {
            break;
        }
    }
    assert_eq!(of_answer(json!({ "properties": schema })).owner, None);
}
