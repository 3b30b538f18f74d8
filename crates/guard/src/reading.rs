//! The body of a request: its media type, and the names in it.

mod checked;
mod content;
mod packed;

use airside_api::{
    content::{Bodies, BodyKind, ContentType},
    names::{Scanner, WatchedName},
};
use airside_net::RequestBody;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header::CONTENT_ENCODING, request::Parts};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Body as _;
use serde_json::Value;

use self::{
    checked::{BodyCheck, CheckedBody},
    content::{content_type, is_form, parse_document, require_json, written},
    packed::{PackedNames, is_gzip},
};
use crate::{
    body::{self, Body, hold::hold_request},
    configuration::RequestLimits,
    error::RequestError,
    operation::Operation,
};

/// The rules for a body.
#[derive(Clone, Copy)]
pub(crate) struct BodyRules<'a> {
    /// The operation; `None` if it is undeclared and `observe` forwards it.
    pub(crate) operation: Option<&'a Operation>,
    /// The names that a rule reads elsewhere.
    pub(crate) watched: &'a [WatchedName],
}

impl BodyRules<'_> {
    /// Streams a body, at most `limit` bytes, and returns its rewritten type. Names in it are checked as
    /// they pass: the body fails at the first forbidden one, with a [`RequestError`].
    ///
    /// # Errors
    ///
    /// [`RequestError::MediaType`] for a kind of body that the operation does not take;
    /// [`RequestError::Ambiguous`] for a body of a GET, HEAD or DELETE that does not declare one. An empty
    /// body is not a body.
    pub(crate) fn pass(
        self,
        parts: &Parts,
        request_body: RequestBody,
        limit: usize,
    ) -> Result<(Body, Option<HeaderValue>), RequestError> {
        if request_body.is_end_stream() {
            return Ok((body::empty(), None));
        }
        let left = request_body.size_hint().exact();
        let body = body::limited(request_body, limit);
        let (check, content_type) = match self.check(parts, limit) {
            Ok((None, content_type)) => return Ok((body, content_type)),
            Ok((Some(check), content_type)) => (check, content_type),
            // perhaps nothing comes
            Err(error) if left.is_none() => (BodyCheck::Refuse(error), None),
            Err(error) => return Err(error),
        };
        let checked = CheckedBody::new(body, check, left);
        Ok((checked.boxed_unsync(), content_type))
    }

    /// Checks a body by the head of its request alone: a form must be declared.
    ///
    /// # Errors
    ///
    /// [`RequestError::MediaType`].
    pub(crate) fn require_declared(
        operation: Option<&Operation>,
        headers: &HeaderMap,
    ) -> Result<(), RequestError> {
        let Some(one) = content_type(headers)? else {
            return Ok(());
        };
        let is_form = matches!(one.kind, BodyKind::Form | BodyKind::Multipart(_));
        let is_declared = operation.is_none_or(|operation| operation.body.takes(&one.essence));
        match is_form && !is_declared {
            true => Err(RequestError::MediaType("a form is not declared here")),
            false => Ok(()),
        }
    }

    /// Streams the body of a verified caller. A form is held first, unless it announces more than
    /// `limits.held_body` bytes, and then has a length, which is returned: some servers read no form
    /// without one.
    ///
    /// # Errors
    ///
    /// As [`pass`](Self::pass), and what is wrong with the form.
    pub(crate) async fn take(
        self,
        parts: &Parts,
        request_body: RequestBody,
        limits: RequestLimits,
    ) -> Result<(Body, Option<HeaderValue>, Option<usize>), RequestError> {
        let length = request_body.size_hint().exact();
        let is_large = length.is_some_and(|length| length > limits.held_body as u64);
        let (body, content_type) = self.pass(parts, request_body, limits.request_body)?;
        if is_large || body.is_end_stream() || !is_form(&parts.headers) {
            return Ok((body, content_type, None));
        }
        let held = bounded(body, limits.held_body).collect().await;
        let held = held.map_err(|error| body::broken(&*error))?.to_bytes();
        let length = held.len();
        Ok((body::full(held), content_type, Some(length)))
    }

    /// Holds a body that a rule reads, and returns it with its rewritten type.
    ///
    /// # Errors
    ///
    /// [`RequestError::MediaType`] if it is not plain JSON; [`RequestError::TooLarge`]; [`RequestError::Ambiguous`] if
    /// it does not arrive whole.
    pub(crate) async fn hold(
        self,
        parts: &Parts,
        request_body: RequestBody,
        limit: usize,
    ) -> Result<HeldBody, RequestError> {
        let content_type = require_json(&parts.headers, &request_body)?;
        Ok(HeldBody {
            bytes: hold_request(request_body, limit).await?,
            content_type: self.declared_or_json(&content_type.essence),
        })
    }

    /// Returns the type for the upstream: the declared one, else JSON.
    fn declared_or_json(self, essence: &str) -> HeaderValue {
        let is_declared = self.operation.is_some_and(|one| one.body.takes(essence));
        let written = match is_declared {
            true => HeaderValue::from_str(essence).ok(),
            false => None,
        };
        written.unwrap_or(HeaderValue::from_static("application/json"))
    }

    /// Returns true if the operation declares such bodies, or there is no operation.
    fn declares(self, takes: impl FnOnce(&Bodies) -> bool) -> bool {
        let bodies = self.operation.map(|operation| &operation.body);
        bodies.is_none_or(takes)
    }

    /// Requires that a type is declared that the API could read otherwise than the guard does.
    fn require_understood(self, content_type: Option<&ContentType>) -> Result<(), RequestError> {
        let Some(one) = content_type else {
            return match self.declares(Bodies::takes_any) {
                true => Ok(()),
                false => Err(RequestError::MediaType("it has no Content-Type")),
            };
        };
        if self.declares(|bodies| bodies.takes(&one.essence)) {
            return Ok(());
        }
        self.require_read_alike(&one.kind)
    }

    /// Requires a kind of body that every framework reads in one way, though it is not declared.
    fn require_read_alike(self, kind: &BodyKind) -> Result<(), RequestError> {
        let reads_query = self.watched.iter().any(WatchedName::is_in_query);
        match kind {
            BodyKind::Form | BodyKind::Multipart(_) => {
                Err(RequestError::MediaType("a form is not declared here"))
            }
            // no reader knows what another type is to every framework
            BodyKind::MaybeJson | BodyKind::Xml | BodyKind::Other if reads_query => {
                Err(RequestError::MediaType(
                    "a rule reads the query, and this type is not declared here",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Returns the check of the names in a body, if it can have any, and the rewritten type.
    fn check(
        self,
        parts: &Parts,
        limit: usize,
    ) -> Result<(Option<BodyCheck>, Option<HeaderValue>), RequestError> {
        self.require_meant(parts)?;
        let content_type = content_type(&parts.headers)?;
        let kind = content_type.as_ref().map(|one| &one.kind);
        // INVARIANT: no upstream sees another kind or boundary than the guard did
        let written = content_type.as_ref().map(written).transpose()?;
        self.require_understood(content_type.as_ref())?;
        let scanner = Scanner::new(kind, self.watched);
        if !parts.headers.contains_key(CONTENT_ENCODING) {
            let check = (!scanner.is_idle()).then_some(BodyCheck::Names(scanner));
            return Ok((check, written));
        }
        self.require_encodable(kind)?;
        if scanner.is_idle() {
            return Ok((None, written));
        }
        match is_gzip(&parts.headers) {
            true => {
                let names = Box::new(PackedNames::new(scanner, limit));
                Ok((Some(BodyCheck::Packed(names)), written))
            }
            // INVARIANT: names are looked for in whatever some framework would read
            false => Err(RequestError::MediaType("it is encoded, and not with gzip")),
        }
    }

    /// Requires a body that may be encoded: no rule reads a name that could be in it, and every framework
    /// that reads it unpacks it first.
    fn require_encodable(self, kind: Option<&BodyKind>) -> Result<(), RequestError> {
        let is_for_all = matches!(
            kind,
            Some(BodyKind::Json | BodyKind::MaybeJson | BodyKind::Xml | BodyKind::Other)
        );
        match is_for_all && self.watched.is_empty() {
            true => Ok(()),
            false => Err(RequestError::MediaType("it is encoded")),
        }
    }

    /// Requires that a body of a method without one is declared.
    fn require_meant(self, parts: &Parts) -> Result<(), RequestError> {
        if BODILESS.contains(&parts.method) && !self.declares(|bodies| !bodies.is_empty()) {
            return Err(RequestError::Ambiguous(
                "a body that is not declared came with it",
            ));
        }
        Ok(())
    }
}

/// A body that a rule reads.
pub(crate) struct HeldBody {
    pub(crate) bytes: Bytes,
    /// The `Content-Type` for the upstream.
    pub(crate) content_type: HeaderValue,
}

/// Reads a held body.
///
/// # Errors
///
/// [`RequestError::Ambiguous`] if it can be read in more ways than one, or has a name that a rule reads
/// elsewhere.
pub(crate) fn read(held: &[u8], watched: &[WatchedName]) -> Result<Value, RequestError> {
    let document = parse_document(held)?;
    let mut scanner = Scanner::new(Some(&BodyKind::Json), watched);
    scanner.push(held)?;
    scanner.finish()?;
    Ok(document)
}

fn bounded(body: Body, max_bytes: usize) -> Body {
    Limited::new(body, max_bytes).boxed_unsync()
}

/// Methods whose body has no meaning (RFC 9110 §9.3.1, §9.3.2, §9.3.5).
const BODILESS: [Method; 4] = [Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS];
