use serde_json::json;

use super::*;
use crate::document::tests::api_of;

/// Makes an API whose orders have these members in requests and in answers, and where `PUT /admin/fees`
/// sets fees.
fn api(request: &Value, answer: &Value) -> Api {
    let body = |schema: &Value| json!({"content": {"application/json": {"schema": schema}}});
    api_of(json!({
        "/orders": {"post": {
            "requestBody": body(&json!({"properties": request})),
            "responses": {"201": body(&json!({"properties": answer}))}}},
        "/admin/fees": {"put": {"requestBody": body(&json!({"properties": {"fee": {}}}))}},
    }))
}

fn found(api: &Api, name: &str) -> Option<Protection> {
    let mut orders = api.operations.iter();
    let orders = orders.find(|one| one.path == "/orders").unwrap();
    protection(api, orders, (name, &json!("x")), |_| true)
}

#[test]
fn a_property_is_protected_where_the_document_or_another_operation_says_so() {
    let text = json!({"text": {}});
    for (request, answer, name, expected) in [
        (
            json!({"text": {}, "status": {"readOnly": true}}),
            json!({}),
            "status",
            Some(Protection::ReadOnly),
        ),
        (
            text.clone(),
            json!({"status": {"readOnly": true}}),
            "status",
            Some(Protection::ReadOnly),
        ),
        (
            text.clone(),
            json!({"is_paid": {}}),
            "is_paid",
            Some(Protection::OnlyInAnswers),
        ),
        (
            text.clone(),
            json!({"owner_id": {}}),
            "owner_id",
            Some(Protection::OnlyInAnswers),
        ),
        (
            text.clone(),
            json!({}),
            "balance",
            Some(Protection::OnlyInAnswers),
        ),
        (
            text,
            json!({"id": {}}),
            "fee",
            Some(Protection::RefusedAt("PUT /admin/fees".to_owned())),
        ),
    ] {
        assert_eq!(found(&api(&request, &answer), name), expected, "{name}");
    }
}

#[test]
fn a_privileged_name_alone_is_no_proof() {
    let text = json!({"text": {}});
    for (request, answer, name) in [
        // undocumented, and the caller's to set for all that is known
        (text.clone(), json!({"status": {}}), "status"),
        (text.clone(), json!({"price": {}}), "price"),
        (text.clone(), json!({}), "price"),
        // answers are described without it
        (text, json!({"id": {}}), "balance"),
        // requests may have it
        (json!({"role": {}}), json!({"role": {}}), "role"),
        // nothing is described
        (json!({}), json!({}), "role"),
    ] {
        assert_eq!(found(&api(&request, &answer), name), None, "{name}");
    }
}

#[test]
fn a_closed_request_takes_nothing_else() {
    let body = json!({"content": {"application/json": {"schema": {
        "properties": {"text": {}}, "additionalProperties": false}}}});
    let api = api_of(json!({"/orders": {"post": {"requestBody": body}}}));
    assert_eq!(found(&api, "price"), Some(Protection::Closed));
    assert_eq!(found(&api, "text"), None);
}
