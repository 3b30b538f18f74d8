use serde_json::json;

use super::*;

fn said(value: Value, schema: &Value) -> Vec<String> {
    let definitions = json!({ "Kind": { "oneOf": [
        { "type": "string", "const": "code.reused" },
        { "type": "string", "const": "key.created" },
    ] } });
    let found = Schemas(definitions.as_object().unwrap()).violations(&value, schema);
    let text = |one: Violation| format!("{} {}", one.pointer, one.detail);
    found.into_iter().map(text).collect()
}

#[test]
fn what_a_schema_refuses_is_said_with_its_place() {
    let schema = json!({
        "type": "object", "required": ["name"], "additionalProperties": false,
        "properties": {
            "name": { "type": "string", "minLength": 1, "maxLength": 3 },
            "limit": { "type": "integer", "minimum": 1, "maximum": 9 },
            "roles": { "type": ["array", "null"], "items": { "type": "string" } },
            "kind": { "anyOf": [{ "$ref": "#/components/schemas/Kind" }, { "type": "null" }] },
            "before": { "type": "string", "format": "uuid" },
            "since": { "type": ["string", "integer"], "format": "date-time" },
        },
    });
    let good = json!({
        "name": "a", "limit": 9, "roles": null, "kind": "key.created",
        "before": "0199a3c1-0000-7000-8000-000000000000", "since": "2026-11-30T09:00:00Z",
    });
    assert_eq!(said(good, &schema), [""; 0]);
    for (value, expected) in [
        (json!(1), " the body must be an object"),
        (json!({}), "/name `name` is missing"),
        (
            json!({ "name": "" }),
            "/name `name` must have 1 to 3 characters",
        ),
        (
            json!({ "name": "a", "limit": 10 }),
            "/limit `limit` must be 1 to 9",
        ),
        (
            json!({ "name": "a", "limit": "x" }),
            "/limit `limit` must be a whole number",
        ),
        (
            json!({ "name": "a", "roles": ["b", 1] }),
            "/roles/1 `roles.1` must be text",
        ),
        (
            json!({ "name": "a", "before": "zz" }),
            "/before `before` must be a UUID",
        ),
        (
            json!({ "name": "a", "since": "zz" }),
            "/since `since` must be a time, such as 2026-11-30T09:00:00Z (RFC 3339)",
        ),
        (
            json!({ "name": "a", "limt": 1 }),
            "/limt `limt` is unknown: did you mean `limit`?",
        ),
        (
            json!({ "name": "a", "kind": "code.reusd" }),
            "/kind `kind` has no such value: did you mean `code.reused`?",
        ),
        (
            json!({ "name": "a", "kind": "?" }),
            "/kind `kind` must be one of `code.reused`, `key.created`",
        ),
    ] {
        assert_eq!(said(value, &schema), [expected]);
    }
}

#[test]
fn text_of_a_query_becomes_what_the_schema_wants() {
    let (none, whole) = (Map::new(), json!({ "type": ["integer", "null"] }));
    assert_eq!(Schemas(&none).typed("5", &whole), json!(5));
    assert_eq!(Schemas(&none).typed("5.0", &whole), json!("5.0"));
    assert_eq!(
        Schemas(&none).typed("5", &json!({ "type": "string" })),
        json!("5")
    );
}
