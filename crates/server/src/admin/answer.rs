//! Answers of operations, each by a type that the document describes.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::respond::json;

/// An answer that the document describes.
pub(super) trait Answer: IntoResponse {
    /// The status.
    const STATUS: u16;
    /// True if it is a page of a list.
    const IS_LIST: bool = false;

    /// Returns the schema of the body.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// One object, with 200 or another status.
#[derive(Debug)]
pub(super) struct Reply<T, const STATUS: u16 = 200>(pub(super) T);

/// The object that was made, with 201.
pub(super) type Created<T> = Reply<T, 201>;

impl<T: Serialize, const STATUS: u16> IntoResponse for Reply<T, STATUS> {
    fn into_response(self) -> Response {
        json(StatusCode::from_u16(STATUS).unwrap_or_default(), &self.0)
    }
}

impl<T: Serialize + JsonSchema, const STATUS: u16> Answer for Reply<T, STATUS> {
    const STATUS: u16 = STATUS;

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

/// A page of a list; `Link` names the next one (RFC 8288), if there is one.
#[derive(Debug)]
pub(super) struct Listing<T> {
    /// The items of the page.
    pub(super) items: Vec<T>,
    /// The query of the next page.
    pub(super) next: Option<String>,
}

impl<T: Serialize> IntoResponse for Listing<T> {
    fn into_response(self) -> Response {
        let mut response = json(StatusCode::OK, &self.items);
        let link = self.next.map(|query| format!("<?{query}>; rel=\"next\""));
        let link = link.and_then(|link| HeaderValue::from_str(&link).ok());
        if let Some(link) = link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

impl<T: Serialize + JsonSchema> Answer for Listing<T> {
    const STATUS: u16 = 200;
    const IS_LIST: bool = true;

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Vec<T>>()
    }
}
