//! The type of a body, and the JSON of one that a rule reads.

use airside_api::{
    content::{BodyKind, ContentType},
    name::MAX_NAMES,
};
use airside_net::RequestBody;
use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use hyper::body::Body as _;
use serde_json::Value;

use crate::error::RequestError;

/// Requires a body that a rule can read: plain JSON.
pub(super) fn require_json(
    headers: &HeaderMap,
    body: &RequestBody,
) -> Result<ContentType, RequestError> {
    let content_type = match content_type(headers)? {
        Some(content_type) if content_type.kind == BodyKind::Json => content_type,
        None if body.is_end_stream() => {
            return Err(RequestError::Ambiguous("there is no body"));
        }
        _ => {
            return Err(RequestError::MediaType(
                "a rule reads it, and it is not JSON",
            ));
        }
    };
    match headers.contains_key(CONTENT_ENCODING) {
        true => Err(RequestError::MediaType(
            "a rule reads it, and it is encoded",
        )),
        false => Ok(content_type),
    }
}

pub(super) fn is_form(headers: &HeaderMap) -> bool {
    content_type(headers).is_ok_and(|one| one.is_some_and(|one| one.kind == BodyKind::Form))
}

/// Returns the one type that a body announces.
pub(super) fn content_type(headers: &HeaderMap) -> Result<Option<ContentType>, RequestError> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match ContentType::parse(value.as_bytes()) {
            Ok(content_type) => Ok(Some(content_type)),
            Err(airside_api::AmbiguityError(why)) => Err(RequestError::MediaType(why)),
        },
        (Some(_), Some(_)) => Err(RequestError::MediaType("it has two Content-Types")),
    }
}

/// Returns the type in its canonical spelling. Some frameworks compare types with regard to case, and
/// some search the whole value.
pub(super) fn written(content_type: &ContentType) -> Result<HeaderValue, RequestError> {
    HeaderValue::from_str(&content_type.canonical())
        .map_err(|_| RequestError::MediaType("its Content-Type is malformed"))
}

pub(super) fn parse_document(held: &[u8]) -> Result<Value, RequestError> {
    let document: Value = airside_jose::json::parse(held)
        .map_err(|_| RequestError::Ambiguous("the body is not JSON that can be read in one way"))?;
    let members = document.as_object();
    match members.is_some_and(|members| members.len() > MAX_NAMES) {
        true => Err(RequestError::Ambiguous("the body has too many names")),
        false => Ok(document),
    }
}
