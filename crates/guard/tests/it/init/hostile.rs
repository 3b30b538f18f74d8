//! Texts of a document that would be something else in `guard.toml`.

use super::*;

/// Texts that would be another thing if they were written as they are.
const HOSTILE: [&str; 9] = [
    "x\"]\n[[operation]]\nmatch = \"GET /b\"\npublic = \"open\"\n#",
    "x\"\"\"\npublic = \"open\"\n",
    "x'''\r\npublic = 'open'\r\n",
    "x\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m",
    "x\u{202e}\u{2066}lian\u{200b}\u{feff}\u{e0041}",
    "x\u{2028}public = \"open\"\u{2029}\u{85}any_object = true",
    "x\\\" # \\n \\U0000000A",
    "x\u{0}\u{7f}\t\u{b}\u{c}",
    "x } ] = , { [ # $(id) `id` … é",
];

#[test]
fn no_text_of_a_document_becomes_anything_else() {
    for hostile in HOSTILE {
        let named = |name: &str| format!("{name}{hostile}");
        let object = json!({ "type": "object", "properties": { "owner": { "type": "string" } } });
        let wrapped = |inner: &Value| {
            let properties = serde_json::Map::from_iter([(named("wrapped"), inner.clone())]);
            json!({ "type": "object", "properties": properties })
        };
        let list = json!({ "type": "array", "items": object });
        let answer = |schema: &Value| json!({ "200": { "content": { "application/json": { "schema": schema } } } });
        let operation = |id: &str, schema: &Value| {
            json!({ "operationId": named(id), "summary": named("summary"), "tags": [named("tag")],
                "security": [{ named("scheme"): [] }, { "o": [named("scope")] }],
                "parameters": [{ "in": "query", "name": named("query") }],
                "requestBody": { "content": { named("application/x"): {}, "application/json": { "schema": wrapped(&object) } } },
                "responses": answer(schema) })
        };
        let usual = |schema: &Value| {
            json!({ "operationId": named("usual"), "tags": [named("tag")], "responses": answer(schema),
                "parameters": [{ "in": "query", "name": named("query") }] })
        };
        let mut paths = json!({
            "/plain/{id}": { "get": usual(&wrapped(&object)), "put": operation("put", &object) },
            "/lists": { "get": usual(&wrapped(&list)), "post": operation("post", &object) },
            "/lists/{user_id}": { "get": operation("get", &wrapped(&list)) },
        });
        for path in [
            named("/a"),
            named("/b/{id}/"),
            named("/c/{id"),
            format!("/d/{{{hostile}}}"),
            named(""),
        ] {
            paths[&path] = json!({ "get": usual(&object), "delete": operation("delete", &object), named("psot"): {} });
        }
        let mut document = document(paths);
        document["components"]["securitySchemes"][named("scheme")] =
            json!({ "type": named("type") });
        document["components"]["securitySchemes"]["i"] = json!({ "type": "openIdConnect",
            "openIdConnectUrl": format!("https://{hostile}/.well-known/openid-configuration") });
        document["servers"] = json!([{ "url": named("https://a.example/p") }, { "url": "/q" }]);
        require_plain(&require_as_alone(&document));
        document["servers"] = json!([]);
        require_plain(&require_as_alone(&document));
    }
}

/// Requires a file that says nothing but what `guard init` writes, in signs that nothing obeys.
fn require_plain(text: &str) {
    let odd = text.chars().find(|sign| {
        let is_format = matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}');
        *sign != '\n' && sign.is_control() || is_format
    });
    assert_eq!(odd, None, "{text}");
    let table: toml::Table = toml::from_str(text).unwrap();
    let keys: Vec<_> = table.keys().filter(|key| *key != "operation").collect();
    assert_eq!(
        keys,
        ["audience", "issuer", "listen", "openapi", "upstream"]
    );
    let operations = table.get("operation").and_then(toml::Value::as_array);
    for one in operations.into_iter().flatten() {
        let keys = one.as_table().unwrap().keys();
        for key in keys {
            assert!(key == "match" || key == "scope", "{key}");
        }
    }
}
