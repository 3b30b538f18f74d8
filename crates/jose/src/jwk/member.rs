//! The members of a JWK as text.

use serde_json::{Map, Value};

use super::JwkError;

pub(crate) fn text<'a>(
    members: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a str>, JwkError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JwkError::Invalid),
    }
}

pub(super) fn texts(value: &Value) -> Result<Vec<String>, JwkError> {
    let items = value.as_array().ok_or(JwkError::Invalid)?;
    let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or(JwkError::Invalid)
}
