//! Answers of operations, each by a type that the document describes.

use std::marker::PhantomData;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::respond::{json, json_text};

/// An answer that the document describes.
pub(super) trait Answer: IntoResponse {
    /// The status.
    const STATUS: u16;
    /// The meaning of the answer.
    const DESCRIPTION: &'static str;
    /// The name of a header that it may have, and what that says.
    const HEADER: Option<(&'static str, &'static str)> = None;

    /// Returns the schema of the body.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// One object, with 200 or another status.
#[derive(Debug)]
pub(super) struct Reply<T, const STATUS: u16 = 200>(pub(super) T);

/// The object that was made, with 201 and its address (RFC 9110 §15.3.2).
#[derive(Debug)]
pub(super) struct Created<T> {
    made: T,
    location: String,
}

/// The address of a list, as a request names it.
#[derive(Debug)]
pub(super) struct ListAddress(pub(super) String);

impl ListAddress {
    /// Answers what was made in the list under a name.
    pub(super) fn created<T>(&self, name: &str, made: T) -> Created<T> {
        let segment: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        // a space is `+` in a form, but not in a path
        let segment = segment.replace('+', "%20");
        let location = format!("{}/{segment}", self.0);
        Created { made, location }
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = json(StatusCode::CREATED, &self.made);
        if let Ok(location) = HeaderValue::from_str(&self.location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

impl<T: Serialize + JsonSchema> Answer for Created<T> {
    const STATUS: u16 = 201;
    const DESCRIPTION: &'static str = "It is made.";
    const HEADER: Option<(&'static str, &'static str)> =
        Some(("Location", "The address of what is made."));

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

impl<T: Serialize, const STATUS: u16> IntoResponse for Reply<T, STATUS> {
    fn into_response(self) -> Response {
        json(StatusCode::from_u16(STATUS).unwrap_or_default(), &self.0)
    }
}

impl<T: Serialize + JsonSchema, const STATUS: u16> Answer for Reply<T, STATUS> {
    const STATUS: u16 = STATUS;
    const DESCRIPTION: &'static str = match STATUS {
        201 => "It is made.",
        _ => "It is done.",
    };

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

/// A page of a list; `Link` names the next one (RFC 8288), if there is one. Each item is written when it
/// comes, so that a page is as large as clients read, however large its items are.
#[derive(Debug)]
pub(super) struct Listing<T> {
    body: Vec<u8>,
    items: u32,
    is_broken: bool,
    /// The name of the last item.
    pub(super) last: Option<String>,
    /// The query of the next page.
    pub(super) next: Option<String>,
    of: PhantomData<fn(T)>,
}

impl<T> Listing<T> {
    /// Begins a page.
    pub(super) fn begin() -> Self {
        Self {
            body: b"[".to_vec(),
            items: 0,
            is_broken: false,
            last: None,
            next: None,
            of: PhantomData,
        }
    }

    /// Returns true if no item belongs on the page any more, of at most `limit`.
    pub(super) fn is_full(&self, limit: u32) -> bool {
        self.items >= limit || self.body.len() >= FULL_BYTES
    }
}

impl<T: Serialize> Listing<T> {
    /// Adds the item of this name.
    pub(super) fn push(&mut self, item: &T, name: String) {
        if self.items > 0 {
            self.body.push(b',');
        }
        self.is_broken |= serde_json::to_writer(&mut self.body, item).is_err();
        self.items = self.items.saturating_add(1);
        self.last = Some(name);
    }
}

impl<T> IntoResponse for Listing<T> {
    fn into_response(mut self) -> Response {
        if self.is_broken {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        self.body.push(b']');
        let mut response = json_text(StatusCode::OK, self.body);
        let link = self.next.map(|query| format!("<?{query}>; rel=\"next\""));
        let link = link.and_then(|link| HeaderValue::from_str(&link).ok());
        if let Some(link) = link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

/// With the item that fills it, a page is below what the command line reads: no body is larger than
/// 64 KiB, and so no item is much larger.
const FULL_BYTES: usize = 512 * 1024;

impl<T: Serialize + JsonSchema> Answer for Listing<T> {
    const STATUS: u16 = 200;
    const DESCRIPTION: &'static str = "A page of the list.";
    const HEADER: Option<(&'static str, &'static str)> = Some((
        "Link",
        "The address of the next page, with `rel=\"next\"` (RFC 8288), if there is one.",
    ));

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Vec<T>>()
    }
}
