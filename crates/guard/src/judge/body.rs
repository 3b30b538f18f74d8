//! The facts that a rule reads of a request's body.

use airside_api::name::is_alike;
use serde_json::{Map, Value};

use crate::{
    error::RequestError,
    operation::{Rule, Source, scalar},
    pointer::unescaped,
};

/// The facts that a rule reads of a request's body; the body itself is not kept.
#[derive(Debug)]
pub(crate) struct BodyFacts {
    /// The first field that is not allowed.
    surplus: Option<String>,
    /// The values at the pointers of the rule.
    values: Vec<(String, Result<Option<String>, RequestError>)>,
}

impl BodyFacts {
    pub(crate) fn of(rule: &Rule, body: &Value) -> Self {
        let pointers = rule.owner.sources().filter_map(|source| match source {
            Source::Body(pointer) => Some(pointer),
            Source::Path(_) | Source::Query(_) => None,
        });
        let fields = rule.body_fields.as_ref();
        Self {
            surplus: fields.and_then(|fields| fields.surplus(body)),
            values: pointers
                .map(|pointer| (pointer.clone(), value(body, pointer)))
                .collect(),
        }
    }

    /// Describes the first field that is not allowed.
    pub(super) fn surplus(&self) -> Option<&str> {
        self.surplus.as_deref()
    }

    /// Returns the value at a pointer of the rule.
    pub(super) fn value(&self, pointer: &str) -> Result<Option<String>, RequestError> {
        let mut values = self.values.iter();
        let found = values.find(|(one, _)| one == pointer);
        found.map_or(Ok(None), |(_, value)| value.clone())
    }
}

fn value(body: &Value, pointer: &str) -> Result<Option<String>, RequestError> {
    require_one_spelling(body, pointer)?;
    Ok(body.pointer(pointer).filter(is_exact).and_then(scalar))
}

/// Tells whether an integer is exact in every parser (RFC 7493 §2.2).
fn is_exact(value: &&Value) -> bool {
    let largest = MAX_EXACT_INTEGER;
    !value.is_number()
        || value
            .as_i64()
            .is_some_and(|value| value.unsigned_abs() <= largest)
}

/// Requires that no other spelling of a field is there: some APIs (Go, .NET) read `User`, or `uſer` with
/// a long s, like `user`.
fn require_one_spelling(body: &Value, pointer: &str) -> Result<(), RequestError> {
    let mut place = Some(body);
    for token in pointer.split('/').skip(1) {
        let name = unescaped(token);
        let members = place.and_then(Value::as_object);
        let mut names = members.into_iter().flat_map(Map::keys);
        if names.any(|one| *one != name && is_alike(one, &name)) {
            return Err(RequestError::Ambiguous(
                "a field of the body that a rule reads is there in another spelling",
            ));
        }
        place = place.and_then(|place| place.pointer(&format!("/{token}")));
    }
    Ok(())
}

/// 2^53 − 1.
const MAX_EXACT_INTEGER: u64 = 9_007_199_254_740_991;
