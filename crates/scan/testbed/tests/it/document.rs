//! The documents are true, except for the one that is not.

use airside_scan_testbed::{Hole, Variant};
use http::StatusCode;
use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn every_operation_of_the_document_is_there() {
    let stage = Stage::secure().await;
    let operations = operations(&document(&stage, Variant::Json).await);
    let reference = include_str!("../../../../../docs/reference/scanner-recall.md");
    let number = format!("an API of {} operations", operations.len());
    assert!(reference.contains(&number), "{number}");
    for operation in &operations {
        let (method, template) = operation.split_once(' ').unwrap();
        let path = template
            .replace("{id}", "1")
            .replace('{', "x")
            .replace('}', "");
        let answer = stage.call("", &format!("{method} {path}"), json!({})).await;
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{operation}");
        // the router's own 404 has no body
        assert!(
            answer.body != "" || answer.status != StatusCode::NOT_FOUND,
            "{operation}"
        );
    }
}

#[tokio::test]
async fn the_ground_truth_names_operations_of_the_document() {
    let stage = Stage::secure().await;
    let operations = operations(&document(&stage, Variant::Json).await);
    for hole in Hole::ALL {
        for operation in hole.operations() {
            assert!(
                operations.iter().any(|it| it == operation),
                "{hole}: {operation}"
            );
        }
    }
}

#[tokio::test]
async fn variants_say_the_same_in_other_words_or_less_or_wrongly() {
    let stage = Stage::secure().await;
    let yaml = stage.get("", "/openapi.yaml").await.body;
    assert!(yaml.as_str().unwrap().starts_with("openapi: 3.0.3\n"));

    let json = document(&stage, Variant::Json).await;
    assert_eq!(json["openapi"], "3.1.0");
    assert!(!json.to_string().contains("nullable"));

    let bare = document(&stage, Variant::Bare).await;
    assert_eq!(operations(&bare), operations(&json));
    assert!(!bare.to_string().contains("requestBody"));

    let wrong = document(&stage, Variant::Wrong).await;
    assert!(wrong["paths"]["/baskets/{id}"].is_object());
    assert!(wrong["paths"]["/files/{id}/content"].is_null());
}

async fn document(stage: &Stage, variant: Variant) -> Value {
    stage.get("", variant.path()).await.body
}

fn operations(document: &Value) -> Vec<String> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| *name != "parameters");
        operations.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    operations
}
