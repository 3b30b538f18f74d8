//! The document of the admin API: what it says is what is answered.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use airside_server::admin::document;
use airside_testkit::{Answer, Browser};
use serde_json::{Value, json};

use crate::world::{Setting, World};

/// `UPDATE_REFERENCE=1` writes the file again.
#[test]
fn the_reference_of_the_admin_api_is_what_the_server_says() {
    let file = "../../docs/reference/admin-api.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let document = document("https://id.example.com").unwrap();
    let text = serde_json::to_string_pretty(&sorted(document)).unwrap() + "\n";
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "run this test with UPDATE_REFERENCE=1 and commit the file"
    );
}

/// The same with all members and items in the order of their texts: a feature of a dependency that another
/// crate of the build switches on keeps that in which they were made.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.into_iter().collect();
            let sorted = members
                .into_iter()
                .map(|(name, value)| (name, sorted(value)));
            Value::Object(sorted.collect())
        }
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(sorted).collect();
            items.sort_by_key(ToString::to_string);
            items.into()
        }
        other => other,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_read_the_document() {
    let setting = Setting {
        admin_api: true,
        ..Setting::default()
    };
    let world = World::with(setting).await;
    let url = world.at("/api/admin/v1/openapi.json");
    let answer = Browser::new().get(&url).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json(), document(&world.url).unwrap());
    let operator = world.admin("GET", "/openapi.json", json!(null)).await;
    assert_eq!(operator.json(), answer.json());
    let server = &answer.json()["servers"][0]["url"];
    assert_eq!(*server, world.at("/api/admin/v1"));
}

#[test]
fn the_document_is_whole() {
    let document = document("https://id.example.com").unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let scopes = &document["components"]["securitySchemes"]["airside"]["flows"];
    for flow in ["clientCredentials", "authorizationCode"] {
        let scopes: Vec<_> = scopes[flow]["scopes"].as_object().unwrap().keys().collect();
        assert_eq!(scopes, ["airside:admin:read", "airside:admin:write"]);
    }
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let case = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].to_string()), "{case}");
        let summary = operation["summary"].as_str().unwrap();
        assert!(summary.len() > 10 && summary.ends_with('.'), "{case}");
        let of_path = operation["parameters"].as_array().unwrap().iter();
        let of_path = of_path.filter(|parameter| parameter["in"] == "path");
        let named: Vec<_> = of_path.map(|parameter| parameter["name"].clone()).collect();
        let in_template = path.split('/').filter_map(|part| part.strip_prefix('{'));
        let in_template: Vec<_> = in_template
            .map(|part| json!(part.trim_end_matches('}')))
            .collect();
        assert_eq!(named, in_template, "{case}");
        let is_open = path == "/openapi.json";
        let security = operation["security"].as_array().unwrap();
        assert_eq!(security.is_empty(), is_open, "{case}");
        let reads = method == "GET" || path == "/tokens/inspect";
        let scope = if reads {
            "airside:admin:read"
        } else {
            "airside:admin:write"
        };
        if !is_open {
            assert_eq!(security[0]["airside"], json!([scope]), "{case}");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = followed(&document, response);
            let expected = match status.starts_with('2') {
                true => "application/json",
                false => "application/problem+json",
            };
            let content: Vec<_> = response["content"].as_object().unwrap().keys().collect();
            assert_eq!(content, [expected], "{case} {status}");
            assert!(response["description"].is_string(), "{case} {status}");
        }
    }
    assert_eq!(ids.len(), 32, "{ids:?}");
    all_references_lead_somewhere(&document, &document);
}

fn all_references_lead_somewhere(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let pointer = reference.trim_start_matches('#');
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            members
                .values()
                .for_each(|member| all_references_lead_somewhere(document, member));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| all_references_lead_somewhere(document, item)),
        _ => {}
    }
}

/// Every operation of the document: method, path and what it says.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| {
            (method.to_uppercase(), path.clone(), operation.clone())
        })
    });
    all.collect()
}

/// Asserts that the document has the status and the form of an answer; `path` is below the API's.
pub fn assert_documented(method: &str, path: &str, answer: &Answer) {
    let document = document("https://id.example.com").unwrap();
    let path = path.split('?').next().unwrap();
    let status = answer.status.as_u16();
    let case = format!("{method} {path}: {status} {}", answer.text());
    if status >= 400 {
        assert_problem(answer, &case);
    }
    let all = operations(&document);
    let mut all = all.iter();
    let found = all.find(|(own, template, _)| own == method && is_at(path, template));
    let Some((_, _, operation)) = found else {
        return assert!([401, 404, 405].contains(&status), "{case}");
    };
    let response = &operation["responses"][status.to_string()];
    assert!(!response.is_null(), "{case}");
    let has = followed(&document, response);
    let has = has["content"].as_object().unwrap().keys().next().unwrap();
    assert_eq!(answer.header("content-type"), has.as_str(), "{case}");
}

/// RFC9457-3: type, title, status and detail.
pub fn assert_problem(answer: &Answer, case: &str) {
    let kind = answer.header("content-type");
    assert_eq!(kind, "application/problem+json", "{case}");
    let problem = answer.json();
    assert_eq!(problem["type"], "about:blank", "{case}");
    assert_eq!(problem["status"], answer.status.as_u16(), "{case}");
    let has_text = |member: &str, bytes: usize| {
        let text = problem[member].as_str();
        assert!(text.is_some_and(|text| text.len() >= bytes), "{case}");
    };
    has_text("title", 1);
    has_text("detail", 6);
    let known = ["type", "title", "status", "detail", "error", "errors"];
    let mut members = problem.as_object().unwrap().keys();
    assert!(members.all(|name| known.contains(&name.as_str())), "{case}");
}

fn followed<'a>(document: &'a Value, part: &'a Value) -> &'a Value {
    let reference = part.get("$ref").and_then(Value::as_str);
    let pointer = reference.map(|text| text.trim_start_matches('#'));
    pointer
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(part)
}

fn is_at(path: &str, template: &str) -> bool {
    let parts: Vec<_> = path.split('/').collect();
    let template: Vec<_> = template.split('/').collect();
    let same = |(part, own): (&&str, &&str)| own.starts_with('{') || part == own;
    parts.len() == template.len() && parts.iter().zip(&template).all(same)
}
