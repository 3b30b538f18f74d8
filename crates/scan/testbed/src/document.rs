//! The OpenAPI documents, all made of the one that is written by hand.

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

use crate::app::App;

/// OpenAPI 3.0.3, as it is written.
const WRITTEN: &str = include_str!("../documents/openapi.yaml");

/// A document of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Variant {
    /// OpenAPI 3.0.3 in YAML: `/openapi.yaml`.
    Yaml,
    /// OpenAPI 3.1 in JSON: `/openapi.json`.
    Json,
    /// Paths, methods and parameters, but nothing about bodies: `/openapi-bare.json`.
    Bare,
    /// Wrong in places: `/openapi-wrong.json`. An operation is missing, one does not exist, a required field
    /// is not named, an id has the wrong type, an answer has another shape, security is denied.
    Wrong,
}

impl Variant {
    /// Every document.
    pub const ALL: [Self; 4] = [Self::Yaml, Self::Json, Self::Bare, Self::Wrong];

    /// Returns where the document is served.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Yaml => "/openapi.yaml",
            Self::Json => "/openapi.json",
            Self::Bare => "/openapi-bare.json",
            Self::Wrong => "/openapi-wrong.json",
        }
    }

    /// Returns the document's text.
    pub fn text(self) -> String {
        match self {
            Self::Yaml => WRITTEN.to_owned(),
            Self::Json => modern().to_string(),
            Self::Bare => bare(written()).to_string(),
            Self::Wrong => wrong(written()).to_string(),
        }
    }
}

pub(crate) fn router() -> Router<App> {
    Variant::ALL
        .into_iter()
        .fold(Router::new(), |router, variant| {
            router.route(variant.path(), get(move |_: State<App>| send(variant)))
        })
}

async fn send(variant: Variant) -> impl IntoResponse {
    let kind = match variant {
        Variant::Yaml => "application/yaml",
        _ => "application/json",
    };
    ([(CONTENT_TYPE, kind)], variant.text())
}

fn written() -> Value {
    serde_saphyr::from_str(WRITTEN).unwrap_or_default()
}

/// 3.1: null is a type of its own, and an example one of several.
fn modern() -> Value {
    let mut document = changed(written(), &mut |members| {
        if members.remove("nullable") == Some(true.into())
            && let Some(kind) = members.get_mut("type")
        {
            *kind = json!([kind.take(), "null"]);
        }
        if members.contains_key("type")
            && let Some(example) = members.remove("example")
        {
            members.insert("examples".to_owned(), json!([example]));
        }
    });
    set(&mut document, "/openapi", json!("3.1.0"));
    document
}

fn bare(document: Value) -> Value {
    let mut document = changed(document, &mut |members| {
        members.remove("requestBody");
        if members.contains_key("responses") && members.contains_key("operationId") {
            members.insert(
                "responses".to_owned(),
                json!({ "default": { "description": "" } }),
            );
        }
        if members.contains_key("in") {
            members.insert("schema".to_owned(), json!({}));
        }
    });
    set(&mut document, "/components/schemas", json!({}));
    set(&mut document, "/components/responses", json!({}));
    document
}

/// Returns what the wrong document says otherwise: the object, the member, and its value; `None` leaves it out.
fn mistakes() -> [(&'static str, &'static str, Option<Value>); 7] {
    let answers = json!({ "200": { "description": "The basket." } });
    let removed = json!({ "get": { "operationId": "readBasket", "responses": answers } });
    let change = "/components/schemas/OrderChange";
    let properties = "/components/schemas/OrderChange/properties";
    let account = "/paths/~1accounts~1{id}/parameters/0";
    let note = json!({ "text": { "type": "object" } });
    [
        ("/paths", "/baskets/{id}", Some(removed)),
        ("/paths", "/files/{id}/content", None),
        (change, "required", None),
        (properties, "ship_to", None),
        (account, "schema", Some(json!({ "type": "string" }))),
        ("/components/schemas/Note", "properties", Some(note)),
        ("/paths/~1me/get", "security", Some(json!([]))),
    ]
}

fn wrong(mut document: Value) -> Value {
    for (pointer, name, value) in mistakes() {
        let Some(members) = document.pointer_mut(pointer).and_then(Value::as_object_mut) else {
            continue;
        };
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
    }
    document
}

/// Changes every object, the inner ones first.
fn changed(value: Value, change: &mut impl FnMut(&mut Map<String, Value>)) -> Value {
    match value {
        Value::Object(members) => {
            let inner = members
                .into_iter()
                .map(|(name, value)| (name, changed(value, change)));
            let mut members: Map<_, _> = inner.collect();
            change(&mut members);
            Value::Object(members)
        }
        Value::Array(values) => values
            .into_iter()
            .map(|value| changed(value, change))
            .collect::<Vec<_>>()
            .into(),
        other => other,
    }
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
    }
}
