//! Requests of operations, filled with identifiers and values.
//!
//! | module | holds |
//! |---|---|
//! | `body` | the body of a request |
//! | `filling` | what a request is filled with |
//! | `reference` | the identifiers in a request that was sent |
//! | `target` | the path, the query and the headers of a request |

mod body;
mod filling;
mod reference;
mod target;

use self::{
    body::body,
    target::{headers, target},
};
use crate::{
    document::{Operation, Place},
    exchange::{RequestBody, RequestSpec},
    value::Canary,
};

pub use body::{body_schema, takes_body};
pub use filling::{Assignment, Filling, key, key_at};
pub use reference::{Reference, Spot, is_distinctive, references};
pub use target::chosen_id;

/// A request, and the canaries in it.
#[derive(Clone, Debug)]
pub struct BuiltRequest {
    /// The request.
    pub spec: RequestSpec,
    /// Its canaries.
    pub canaries: Vec<Canary>,
}

/// Builds a request of an operation. Slots without an identifier are left out where they may be.
///
/// # Errors
///
/// The name of a slot that must have an identifier and has none.
pub fn build(
    operation: &Operation,
    ids: &Assignment,
    filling: Filling<'_>,
) -> Result<BuiltRequest, String> {
    let missing = operation.slots.iter().find(|slot| {
        slot.is_required && slot.place != Place::Body && !ids.contains_key(&key(slot))
    });
    if let Some(slot) = missing {
        return Err(slot.name.clone());
    }
    let mut spec = RequestSpec {
        operation: operation.index,
        method: operation.method.clone(),
        target: target(operation, ids, filling.mint),
        headers: headers(operation, ids, filling.mint),
        body: RequestBody::None,
    };
    let Some(filled) = body(operation, ids, filling) else {
        let canaries = Vec::new();
        return Ok(BuiltRequest { spec, canaries });
    };
    let body = operation.detail.body.as_ref();
    let media = body.map_or("", |one| one.media_type.as_str());
    let essence = media.split(';').next().unwrap_or_default().trim();
    spec.body = match essence {
        "application/x-www-form-urlencoded" => RequestBody::Form(filled.value),
        "multipart/form-data" => RequestBody::Multipart(filled.value),
        own if own.ends_with("+json") => RequestBody::TypedJson(own.to_owned(), filled.value),
        _ => RequestBody::Json(filled.value),
    };
    let canaries = filled.canaries;
    Ok(BuiltRequest { spec, canaries })
}

#[cfg(test)]
mod tests {
    use airside_api::document::Schema;
    use serde_json::json;

    use super::*;
    use crate::{
        document::{Api, tests::api_of},
        value::{Mint, Tactic},
    };

    fn api() -> Api {
        let in_header =
            json!({"in": "header", "name": "X-Tenant-Id", "schema": {"type": "string"}});
        let schema = json!({"properties": {"account_id": {}, "note": {"type": "string"}}});
        api_of(json!({"/orders/{id}/lines/{n}": {"post": {
            "parameters": [
                {"in": "path", "name": "n", "required": true, "schema": {"enum": ["x"]}},
                {"in": "query", "name": "user_id", "schema": {"type": "string"}},
                in_header],
            "requestBody": {"content": {"application/json": {"schema": schema}}}}}}))
    }

    /// Builds a request of which nothing is known but these identifiers.
    fn built(operation: &Operation, ids: &Assignment) -> Result<BuiltRequest, String> {
        let filling = Filling {
            tactic: &Tactic::default(),
            learned: None,
            seen: &Schema::default(),
            extra: None,
            mint: &Mint::new(1),
        };
        build(operation, ids, filling)
    }

    #[test]
    fn a_request_has_its_identifiers_in_their_places() {
        let api = api();
        let ids = Assignment::from(
            [
                (Place::Path, "id", "a/b"),
                (Place::Query, "user_id", "7 8"),
                (Place::Header, "X-Tenant-Id", "t"),
                (Place::Body, "/account_id", "12"),
            ]
            .map(|(place, name, id)| ((place as usize, name.to_owned()), id.to_owned())),
        );
        let build = |ids: &Assignment| built(&api.operations[0], ids);

        let built = build(&ids).unwrap();

        assert_eq!(built.spec.target, "/orders/a%2Fb/lines/x?user_id=7+8");
        assert_eq!(
            built.spec.headers,
            [("X-Tenant-Id".to_owned(), "t".to_owned())]
        );
        let body = built.spec.body.value().unwrap();
        assert_eq!(body["account_id"], 12);
        assert_eq!(built.canaries.len(), 1);
        assert_eq!(build(&Assignment::new()).unwrap_err(), "id");
    }

    #[test]
    fn several_identifiers_are_written_as_their_place_takes_them() {
        let query = |name: &str, explode: bool| {
            json!({"in": "query", "name": name, "explode": explode,
                "schema": {"type": "array", "items": {"type": "integer"}}})
        };
        let schema =
            json!({"properties": {"ids": {"type": "array", "items": {"type": "integer"}}}});
        let api = api_of(json!({"/orders/bulk-edit": {"post": {
            "parameters": [query("order_ids", false), query("item_ids", true)],
            "requestBody": {"content": {"application/json": {"schema": schema}}}}}}));
        let operation = &api.operations[0];
        let mut ids = Assignment::new();
        for slot in &operation.slots {
            ids.insert(key(slot), "1".to_owned());
            ids.insert(key_at(slot, 1).unwrap(), "2".to_owned());
        }

        let built = built(operation, &ids).unwrap();

        let target = "/orders/bulk-edit?order_ids=1%2C2&item_ids=1&item_ids=2";
        assert_eq!(built.spec.target, target);
        assert_eq!(built.spec.body.value(), Some(&json!({"ids": [1, 2]})));
    }

    #[test]
    fn json_keeps_the_type_that_the_document_gives_it() {
        let schema = json!({"schema": {"properties": {"note": {"type": "string"}}}});
        for declared in ["application/merge-patch+json", "application/json"] {
            let content = json!({declared: schema});
            let api = api_of(json!({"/me": {"patch": {"requestBody": {"content": content}}}}));

            let built = built(&api.operations[0], &Assignment::new()).unwrap();

            let (sent, _) = crate::probe::encoded(&built.spec.body);
            assert_eq!(sent.as_deref(), Some(declared));
        }
    }
}
