use airside_resource::testing::Issuer;
use serde_json::json;

use super::*;

#[test]
fn the_rules_are_in_the_document_of_utoipa() {
    let issuer = Issuer::for_audience("https://notes.example").unwrap();
    let airside = issuer.resource_server().build().unwrap();
    let document = document(&airside).unwrap();
    let operation = |method: &str, path: &str| document["paths"][path][method].clone();
    let read = operation("get", "/notes/{id}");
    assert_eq!(read["security"], json!([{"airside": ["notes:read"]}]));
    assert_eq!(read["x-airside-rule"], "scope `notes:read` and owner = sub");
    // what utoipa says stays
    assert_eq!(document["info"]["title"], "Notes");
    assert_eq!(read["summary"], "Reads a note.");
    assert_eq!(read["parameters"][0]["schema"]["format"], "int64");
    let create = operation("post", "/notes");
    assert_eq!(create["security"], json!([{"airside": ["notes:write"]}]));
    let delete = operation("delete", "/users/{id}");
    assert_eq!(delete["x-airside"]["role"], json!(["admin"]));
    assert_eq!(operation("get", "/health")["security"], json!([]));
    let scheme = &document["components"]["securitySchemes"]["airside"];
    assert_eq!(scheme["type"], "openIdConnect");
    assert!(document["components"]["schemas"]["Note"].is_object());
}

#[test]
fn an_operation_that_no_route_answers_is_refused() {
    let issuer = Issuer::for_audience("https://notes.example").unwrap();
    let airside = issuer.resource_server().build().unwrap();
    let document = serde_json::to_value(Document::openapi()).unwrap();
    let other = Router::<App>::new().get("/notes/{id}", read);
    assert!(other.openapi(document, &airside).is_err());
}
