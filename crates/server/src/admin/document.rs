//! The OpenAPI document (3.1) of the admin API, made of the table of its operations.

mod refusal;

use airside_oauth::profile::ADMIN_API;
use airside_resource::{OpenApiError, ResourceServer};
use http::{Method, StatusCode};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use self::refusal::{COMMON, CONFLICT, UNSUPPORTED};
use super::{
    AdminError,
    contract::Contract,
    description::{closed, has_properties, not_null, or_null},
    problem::PROBLEM,
    table::{HandlerTypes, Operation, Table, TypeSchemas},
};

/// Writes the document of the API of `issuer`, whose tokens `server` takes.
///
/// # Errors
///
/// [`OpenApiError`] if the table has what no route answers.
pub(super) fn contract(
    table: Table,
    issuer: &str,
    server: &ResourceServer,
) -> Result<Contract, OpenApiError> {
    let mut types = TypeSchemas::new();
    let described: Vec<_> = (table.operations.iter())
        .map(|operation| (operation, (operation.describe)(&mut types)))
        .collect();
    let problem = types.generators[1].subschema_for::<AdminError>().to_value();
    let mut paths = Map::new();
    for (operation, handler) in described {
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Value::Object(methods) = item {
            let method = operation.method.as_str().to_ascii_lowercase();
            methods.insert(method, description(operation, handler, &problem));
        }
    }
    let schemas = schemas(types.generators);
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Airside admin API",
            "version": "1",
            "description": DESCRIPTION,
            "license": { "name": "Apache 2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": format!("{issuer}{ADMIN_API}") }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses(&problem),
        },
    });
    let mut document = table.routes.openapi(document, server)?;
    if let Some(scheme) = document.pointer_mut("/components/securitySchemes/airside") {
        *scheme = security_scheme(issuer);
    }
    Ok(Contract {
        document,
        schemas,
        inputs: types.inputs,
    })
}

fn description(operation: &Operation, handler: HandlerTypes, problem: &Value) -> Value {
    let mut statuses = Map::new();
    let (status, answer) = handler.answer;
    statuses.insert(status.to_string(), answer);
    for (status, name, _) in COMMON {
        statuses.insert(status.as_str().to_owned(), reference("responses", name));
    }
    if handler.body.is_some() {
        let unsupported = reference("responses", UNSUPPORTED.1);
        statuses.insert(UNSUPPORTED.0.as_str().to_owned(), unsupported);
    }
    if operation.method != Method::GET {
        let conflict = reference("responses", CONFLICT.1);
        statuses.insert(CONFLICT.0.as_str().to_owned(), conflict);
    }
    for (status, when) in &operation.refusals {
        statuses.insert(status.as_str().to_owned(), refusal(when, problem));
    }
    let tag = operation.path.split('/').nth(1).unwrap_or_default();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [tag],
        "parameters": handler.parameters,
        "responses": statuses,
    });
    if let (Some(body), Value::Object(members)) = (handler.body, &mut described) {
        members.insert("requestBody".to_owned(), body);
    }
    described
}

/// The schemas of both directions. What may be left out of a body may be `null`; what may be left out of
/// an answer is never `null`.
fn schemas([mut sent, mut answered]: [SchemaGenerator; 2]) -> Map<String, Value> {
    let mut schemas = answered.take_definitions(true);
    schemas
        .values_mut()
        .for_each(|schema| each_optional(schema, not_null));
    for (name, mut schema) in sent.take_definitions(true) {
        each_optional(&mut schema, or_null);
        if has_properties(&schema) {
            schema = closed(schema);
        }
        schemas.insert(name, schema);
    }
    schemas
}

/// Changes the schemas of the members that an object need not have, however deep it is.
fn each_optional(schema: &mut Value, change: fn(&mut Value)) {
    let Value::Object(members) = schema else {
        return;
    };
    let required = members.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| {
        let names = required.as_array().into_iter().flatten();
        names.filter_map(Value::as_str).any(|own| own == name)
    };
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        for (name, property) in properties {
            each_optional(property, change);
            if !is_required(name) {
                change(property);
            }
        }
    }
    if let Some(items) = members.get_mut("items") {
        each_optional(items, change);
    }
}

/// The refusals that several operations share.
fn responses(problem: &Value) -> Map<String, Value> {
    let shared = COMMON.into_iter().chain([UNSUPPORTED, CONFLICT]);
    let responses = shared.map(|(status, name, when)| {
        let mut response = refusal(when, problem);
        let header = match status {
            StatusCode::UNAUTHORIZED => Some("WWW-Authenticate"),
            StatusCode::SERVICE_UNAVAILABLE => Some("Retry-After"),
            _ => None,
        };
        if let (Some(header), Value::Object(members)) = (header, &mut response) {
            let headers = json!({ header: { "schema": { "type": "string" } } });
            members.insert("headers".to_owned(), headers);
        }
        (name.to_owned(), response)
    });
    responses.collect()
}

fn refusal(when: &str, problem: &Value) -> Value {
    json!({ "description": when, "content": { PROBLEM: { "schema": problem } } })
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// Returns how a token is obtained: a machine's by its own credentials, an administrator's by signing in. Both name the
/// API as `resource` (RFC 8707).
fn security_scheme(issuer: &str) -> Value {
    let scopes = json!({
        "airside:admin:read": "See everything that administrators may see.",
        "airside:admin:write": "Change and end it.",
    });
    json!({
        "type": "oauth2",
        "description": format!(
            "An access token for `resource={issuer}{ADMIN_API}`, of a client that acts for itself or of an administrator. The operator's Unix socket needs none."
        ),
        "flows": {
            "clientCredentials": { "tokenUrl": format!("{issuer}/token"), "scopes": scopes },
            "authorizationCode": {
                "authorizationUrl": format!("{issuer}/authorize"),
                "tokenUrl": format!("{issuer}/token"),
                "scopes": scopes,
            },
        },
    })
}

const DESCRIPTION: &str = "Administers an Airside authorization server, over the network (`admin_api = true`) and over the Unix socket in its data directory.

Every error is a problem (RFC 9457). A parameter or a member that this document does not name is refused. A member of a body that is `null` is as if it was left out; claims are no members, and cannot be `null`. Lists have pages: `limit` items at most, which follow after the item `after`; `Link` names the next page. Times are RFC 3339 in UTC, with milliseconds.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_of_both_directions_is_one() {
        let mut types = TypeSchemas::new();
        for operation in super::super::table().operations {
            (operation.describe)(&mut types);
        }
        let [sent, answered] = &mut types.generators;
        let (sent, answered) = (sent.take_definitions(true), answered.take_definitions(true));
        let both: Vec<_> = sent
            .keys()
            .filter(|name| answered.contains_key(*name))
            .collect();
        assert!(both.iter().any(|name| *name == "GrantType"), "{both:?}");
        for name in both {
            assert_eq!(sent.get(name), answered.get(name), "{name}");
        }
    }
}
