//! Requests of operations, filled with identifiers and values.
//!
//! | module | holds |
//! |---|---|
//! | `body` | the body of a request |
//! | `filling` | what a request is filled with |
//! | `target` | the path, the query and the headers of a request |

mod body;
mod filling;
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

pub use body::body_schema;
pub use filling::{Assignment, Filling, key};

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
    let mut canaries = Vec::new();
    if let Some(filled) = body(operation, ids, filling) {
        canaries = filled.canaries;
        let media = operation
            .detail
            .body
            .as_ref()
            .map(|one| one.media_type.as_str());
        spec.body = match media
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
        {
            "application/x-www-form-urlencoded" => RequestBody::Form(filled.value),
            "multipart/form-data" => RequestBody::Multipart(filled.value),
            _ => RequestBody::Json(filled.value),
        };
    }
    Ok(BuiltRequest { spec, canaries })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        document::tests::api_of,
        value::{Mint, Tactic},
    };

    #[test]
    fn a_request_has_its_identifiers_in_their_places() {
        let api = api_of(json!({"/orders/{id}/lines/{n}": {"post": {
            "parameters": [
                {"in": "path", "name": "n", "required": true, "schema": {"enum": ["x"]}},
                {"in": "query", "name": "user_id", "schema": {"type": "string"}},
                {"in": "header", "name": "X-Tenant-Id", "schema": {"type": "string"}}],
            "requestBody": {"content": {"application/json": {"schema": {"properties": {
                "account_id": {}, "note": {"type": "string"}}}}}}}}}));
        let operation = &api.operations[0];
        let ids = Assignment::from([
            ((Place::Path as usize, "id".to_owned()), "a/b".to_owned()),
            (
                (Place::Query as usize, "user_id".to_owned()),
                "7 8".to_owned(),
            ),
            (
                (Place::Header as usize, "X-Tenant-Id".to_owned()),
                "t".to_owned(),
            ),
            (
                (Place::Body as usize, "/account_id".to_owned()),
                "12".to_owned(),
            ),
        ]);
        let mint = Mint::new(1);
        let tactic = Tactic::default();
        let filling = Filling {
            tactic: &tactic,
            learned: None,
            extra: None,
            mint: &mint,
        };

        let built = build(operation, &ids, filling).unwrap();

        assert_eq!(built.spec.target, "/orders/a%2Fb/lines/x?user_id=7+8");
        assert_eq!(
            built.spec.headers,
            [("X-Tenant-Id".to_owned(), "t".to_owned())]
        );
        let body = built.spec.body.value().unwrap();
        assert_eq!(body["account_id"], 12);
        assert_eq!(built.canaries.len(), 1);
        assert_eq!(
            build(operation, &Assignment::new(), filling).unwrap_err(),
            "id"
        );
    }
}
