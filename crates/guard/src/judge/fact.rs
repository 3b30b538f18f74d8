//! The values of a request that rules read.

use airside_api::{Target, name::is_alike, template::Parameters};
use serde_json::{Map, Value};

use crate::{
    error::RequestError,
    operation::{Source, scalar},
    pointer::unescaped,
};

/// The parts of a request that rules read.
pub(crate) struct RequestFacts<'a> {
    pub(crate) target: &'a Target,
    pub(crate) parameters: &'a Parameters,
    /// The body, if a rule looks into it.
    pub(crate) body: Option<&'a Value>,
}

impl RequestFacts<'_> {
    pub(super) fn body(&self) -> Result<&Value, RequestError> {
        self.body.ok_or(RequestError::Ambiguous(
            "a rule reads the body, and there is none",
        ))
    }

    /// Returns a value that is compared with the caller as it is written.
    pub(crate) fn own(&self, source: &Source) -> Result<Option<String>, RequestError> {
        let in_path = matches!(source, Source::Path(_));
        let value = self.value(source)?;
        Ok(value.filter(|value| in_path || is_trimmed(value)))
    }

    pub(crate) fn value(&self, source: &Source) -> Result<Option<String>, RequestError> {
        match source {
            Source::Path(name) => Ok(parameter(self.parameters, name)),
            Source::Query(name) => Ok(self.target.query(name)?.map(str::to_owned)),
            Source::Body(pointer) => {
                let body = self.body()?;
                require_one_spelling(body, pointer)?;
                Ok(body.pointer(pointer).filter(is_exact).and_then(scalar))
            }
        }
    }
}

pub(super) fn parameter(parameters: &Parameters, name: &str) -> Option<String> {
    let mut named = parameters.iter().filter(|(one, _)| one == name);
    named.next().map(|(_, value)| value.clone())
}

/// Tells whether a value has no blanks around it, which Laravel and Tornado remove: other values belong
/// to nobody.
fn is_trimmed(value: &str) -> bool {
    let ends = |one: char| one.is_whitespace() || one.is_control();
    value.trim_matches(ends) == value
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
