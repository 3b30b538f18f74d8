//! A document that is begun is judged as it is alone.

use super::*;

#[test]
fn what_cannot_be_beside_the_rest_of_a_document_is_a_comment() {
    let id = |name: &str, schema: Value| json!([{ "in": "path", "name": name, "required": true, "schema": schema }]);
    for paths in [
        // frameworks take one for the other, of which one is complete
        json!({ "/users": { "get": {} }, "/users/": { "get": { "security": [{ "k": [] }] } } }),
        json!({ "/a": { "get": {} }, "/A.json": { "get": { "security": [{ "k": [] }] } } }),
        json!({ "/a/{x}": { "get": {} }, "/a/{x}/": { "get": { "security": [] } } }),
        // the same path twice
        json!({ "/a/{x}": { "get": {} }, "/a/{y}": { "get": {} } }),
        json!({ "/a/{x}": { "get": { "parameters": id("x", json!({ "enum": ["p"] })) } },
            "/a/{y}": { "get": { "parameters": id("y", json!({ "enum": ["q"] })) } } }),
        json!({ "/a/{x}": { "get": { "parameters": id("x", json!({ "type": "integer" })) } },
            "/a/{y}": { "get": { "parameters": id("y", json!({ "format": "uuid", "type": "string" })) } } }),
        // something beside it is not understood, and shuts another operation
        json!({ "/a/me": { "get": { "security": [{ "k": [] }] }, "psot": {} },
            "/{x}/me": { "post": { "x-airside": { "role": "r", "any_object": true } } } }),
        json!({ "/a/{x}": { "get": {}, "psot": {} }, "/a/b": { "post": {} } }),
        // queries, fragments, methods that are not forwarded, scopes that are none, odd bodies
        json!({ "/a?b=c": { "get": {} }, "/a": { "get": {} }, "/d#e": { "get": {} }, "/f/{x}?y": { "get": {} } }),
        json!({ "/a/{x}": { "trace": {}, "options": {}, "head": {}, "GET": {} } }),
        json!({ "/a/{x}": { "get": { "security": [{ "o": ["a b", "c\"d"] }] } },
            "/b": { "get": { "security": [{ "o": [""] }] } } }),
        json!({ "/a": { "post": { "requestBody": { "content": { "nonsense": {} } } } } }),
        // alternatives
        json!({ "/a": { "get": { "security": [{ "o": ["a"] }, { "o": ["b"] }] } },
            "/b/{x}": { "get": { "security": [{ "o": ["a"] }, { "k": [] }, {}] } },
            "/c": { "get": { "security": [{}] } }, "/d": { "get": { "security": [{ "o": [] }, { "o": ["b c"] }] } } }),
        // rules of the document's own
        json!({ "/a/{x}": { "x-airside": { "role": "r", "any_object": true, "public": "why" },
            "get": {}, "put": { "x-airside": { "any_object": true } }, "post": { "x-airside": { "owner": { "path": "x", "equals": "sub" } } } },
            "/b": { "x-airside": 1, "get": {} }, "/c": { "get": { "security": [{ "k": [] }], "x-airside": { "scope": "c" } } } }),
        // what a path may have
        json!({ "/a/{x*}": { "get": {}, "put": {} }, "/b/{x}-{y}.json": { "put": {} }, "/größe/{x}/%25": { "put": {} },
            "/c d/{$x[]@~}": { "delete": {} }, "/{x}": { "get": {} }, "/": { "get": {} }, "/{x:int}": { "put": {} } }),
        json!({ "/a/{x": { "get": {} }, "a": { "get": {} }, "/..": { "get": {} }, "/a*b": { "get": {} } }),
        json!({ "/a": { "$ref": "#/nowhere" }, "/b": { "get": { "$ref": "missing.json" } } }),
        json!({}),
    ] {
        require_as_alone(&document(paths));
    }
    let mut several = document(json!({ "/a/{x}": { "get": {} }, "/b": { "get": {} } }));
    several["servers"] = json!([{ "url": "/v1" }, { "url": "/v2" }]);
    require_as_alone(&several);
    several["servers"] = json!([{ "url": "relative" }]);
    require_as_alone(&several);
}

/// Whatever two operations a document has, none is more open, or less, for what is written of the other.
#[test]
fn a_rule_in_the_file_changes_no_other_operation() {
    let paths = [
        "/a",
        "/a/",
        "/A",
        "/a.json",
        "/a?x",
        "/{x}",
        "/{y}/",
        "/{x}.json",
        "/{p*}",
        "/a/{x}",
        "/{x}/b",
        "/a/b",
        "/a/{x:int}",
        "/a/{p*}",
        "/a/{x",
        "/a/{x}/{y}",
        "/%61",
    ];
    let operations = [
        ("get", json!({})),
        ("get", json!({ "security": [{ "k": [] }] })),
        ("get", json!({ "security": [] })),
        (
            "get",
            json!({ "x-airside": { "role": "r", "any_object": true } }),
        ),
        ("psot", json!({})),
        ("trace", json!({})),
    ];
    let count = paths.len() * operations.len();
    let numbered = |number: usize| {
        let (method, operation) = operations[number % operations.len()].clone();
        (paths[number / operations.len()], method, operation)
    };
    for one in 0..count {
        // of all pairs about one in eleven
        for other in (one + 1..count).step_by(2 * operations.len() - 1) {
            let ((path, method, operation), other) = (numbered(one), numbered(other));
            let mut paths = json!({ path: { method: operation } });
            paths[other.0][other.1] = other.2;
            require_as_alone(&document(paths));
        }
    }
}
