use crate::{
    Authorized, Function, Public, ResourceServer, Router, actions,
    doc::{Account, Health, ReadAccount, State},
    rule,
};
use serde_json::{Value, json};

actions! {
    Purge = rule::role("admin").and(rule::signed_in_within(300)).and(rule::person());
    Ping = rule::any_token();
}

async fn account(_: Authorized<Account, ReadAccount>) {}
async fn purge(_: Function<Purge>) {}
async fn both(_: (Authorized<Account, ReadAccount>, Function<Purge>)) {}
async fn ping(_: Function<Ping>) {}
async fn health(_: Public<Health>) {}

fn routes() -> Router<State> {
    Router::new()
        .get("/accounts/{id}", account)
        .delete("/accounts/{id}", both)
        .post("/purge", purge)
        .get("/ping", ping)
        .get("/health", health)
}

fn written(document: Value) -> Result<Value, String> {
    let server = ResourceServer::trusting("https://id.example/")
        .for_audience("https://api.example")
        .build()
        .unwrap();
    let written = routes().openapi(document, &server);
    written.map_err(|error| error.to_string())
}

#[test]
fn each_operation_says_who_may() {
    let document = written(json!({})).unwrap();
    let requirements = |path: &str, method: &str| {
        let operation = &document["paths"][path][method];
        (
            operation["security"].clone(),
            operation["x-airside"].clone(),
        )
    };
    assert_eq!(
        requirements("/accounts/{id}", "get"),
        (
            json!([{"airside": ["accounts:read"]}]),
            json!({"any_object": true})
        )
    );
    let admins = json!({"role": ["admin"], "max_age": 300, "people_only": true});
    assert_eq!(
        requirements("/purge", "post"),
        (json!([{"airside": []}]), admins.clone())
    );
    let mut both = admins;
    both["any_object"] = true.into();
    assert_eq!(
        requirements("/accounts/{id}", "delete"),
        (json!([{"airside": ["accounts:read"]}]), both)
    );
    assert_eq!(
        requirements("/ping", "get"),
        (json!([{"airside": []}]), json!({"any_token": true}))
    );
    assert_eq!(
        requirements("/health", "get"),
        (json!([]), json!({"public": "load balancer probe"}))
    );
    assert_eq!(
        document["components"]["securitySchemes"]["airside"]["openIdConnectUrl"],
        "https://id.example/.well-known/openid-configuration"
    );
}

#[test]
fn what_a_document_says_stays_except_who_may() {
    let operation = json!({
        "operationId": "getAccount",
        "security": [],
        "x-airside": {"public": "anybody", "owner": {"self": true}, "show": ["id"]},
    });
    let document = json!({
        "openapi": "3.0.3",
        "paths": {"/accounts/{id}": {"parameters": [], "get": operation}},
    });
    let document = written(document).unwrap();
    assert_eq!(document["openapi"], "3.0.3");
    let operation = &document["paths"]["/accounts/{id}"]["get"];
    assert_eq!(operation["operationId"], "getAccount");
    let security = json!([{"airside": ["accounts:read"]}]);
    assert_eq!(operation["security"], security);
    let rule = json!({"any_object": true, "show": ["id"]});
    assert_eq!(operation["x-airside"], rule);
}

#[test]
fn what_has_no_route_is_said() {
    let refused = |document: Value| written(document).unwrap_err();
    assert_eq!(
        refused(json!({"paths": {"/accounts/{id}": {"put": {}}}})),
        "the document has `PUT /accounts/{id}`, and no route answers it"
    );
    for (document, name) in [
        (json!([]), "the root"),
        (json!({"paths": []}), "paths"),
        (json!({"paths": {"/ping": {"$ref": "#/x"}}}), "/ping"),
        (json!({"paths": {"/ping": {"get": 1}}}), "get"),
        (
            json!({"components": {"securitySchemes": 1}}),
            "securitySchemes",
        ),
    ] {
        let (said, begins) = (refused(document), format!("`{name}` of the document"));
        assert!(said.starts_with(&begins), "{said}");
    }
}
