//! The request of an operation, read by the types of its path, query and body.

use std::{str::FromStr, sync::Arc};

use airside_jose::json::parse;
use airside_oauth::request::form::{Params, SentParams};
use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, OriginalUri, Path, Request},
};
use http::{HeaderMap, header, request::Parts};
use serde::Serialize;
use serde_json::Value;

use super::{
    AdminError,
    administration::Administration,
    answer::{ListAddress, Listing},
    contract::Contract,
    input::{Cursor, Input, Nothing, Page},
    problem::Violation,
};
use crate::{input, request_context::RequestContext};

/// A call of an operation: everything that a handler may know of a request.
///
/// It is read after the caller has proved what the handler declares, and nothing that the types do not
/// name is accepted. A member of a body that is `null` is as if it was left out, wherever the document
/// names it; what claims hold is the account's own.
#[derive(Debug)]
pub(super) struct Call<P = Nothing, Q = Nothing, B = Nothing> {
    /// The issuer, and where the request came from.
    pub(super) context: RequestContext,
    /// The parameters of the path.
    pub(super) path: P,
    /// The parameters of the query.
    pub(super) query: Q,
    /// The body.
    pub(super) body: B,
    /// The query as it was sent, for the address of the next page.
    sent: Params,
    /// The address that is asked, where the API is mounted.
    pub(super) address: ListAddress,
    /// The list that is asked for, if it is one.
    list: String,
    contract: Arc<Contract>,
}

impl<P, Q, B> Call<P, Q, B> {
    /// Returns the document of this API.
    pub(super) fn document(&self) -> &Value {
        self.contract.document()
    }

    /// Returns the last item of the page before `page`; none if it is the first one.
    ///
    /// # Errors
    ///
    /// [`AdminError`] if the cursor was not made here, or for another list.
    pub(super) fn after<K: FromStr>(&self, page: &Page) -> Result<Option<K>, AdminError> {
        let Some(Cursor(cursor)) = &page.after else {
            return Ok(None);
        };
        let position = self
            .context
            .issuer
            .keys()
            .vault
            .position(&self.list, cursor);
        let position = position.and_then(|position| position.parse().ok());
        position.map(Some).ok_or_else(|| {
            let detail = "`after` is no place in this list: take it from `Link` of the page before, or begin again without it";
            AdminError::violations(vec![Violation {
                pointer: "/after".to_owned(),
                detail: detail.to_owned(),
            }])
        })
    }

    /// Returns a page of at most `limit` of the `items` that follow in the list, fewer if they are large.
    /// `key` is what names an item where the list goes on.
    pub(super) fn listing<T: Serialize>(
        &self,
        limit: u32,
        items: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Listing<T> {
        let mut listing = Listing::begin();
        for item in items {
            if listing.is_full(limit) {
                listing.next = listing.last.as_deref().and_then(|last| self.next(last));
                break;
            }
            listing.push(&item, key(&item));
        }
        listing
    }

    /// Returns the query of the page that follows the item of this name.
    fn next(&self, last: &str) -> Option<String> {
        let issuer = &self.context.issuer;
        let cursor = issuer.keys().vault.cursor(&self.list, last, issuer.now())?;
        let others = self.sent.iter().filter(|(name, _)| *name != "after");
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others).append_pair("after", &cursor);
        Some(query.finish())
    }
}

/// Names the list that a request asks for: its address, and the conditions of its items.
fn list_name(parts: &Parts, sent: &Params) -> String {
    let mut conditions: Vec<_> = sent.iter().collect();
    conditions.retain(|(name, _)| !matches!(*name, "after" | "limit"));
    conditions.sort_unstable();
    let mut query = form_urlencoded::Serializer::new(format!("{}?", parts.uri.path()));
    query.extend_pairs(conditions).finish()
}

impl<P: Input, Q: Input, B: Input> FromRequest<Administration> for Call<P, Q, B> {
    type Rejection = AdminError;

    async fn from_request(
        request: Request,
        administration: &Administration,
    ) -> Result<Self, AdminError> {
        let (mut parts, body) = request.into_parts();
        let contract = administration.contract()?;
        let path = path(&mut parts).await?;
        let sent = parameters(&parts)?;
        let list = list_name(&parts, &sent);
        let address = address(&parts);
        let query = contract.query(&sent)?;
        let body = read(&contract, &parts.headers, body).await?;
        let context = RequestContext::of(&parts.extensions, administration.issuer());
        Ok(Self {
            context,
            path,
            query,
            body,
            sent,
            address,
            list,
            contract,
        })
    }
}

fn address(parts: &Parts) -> ListAddress {
    let mounted = parts.extensions.get::<OriginalUri>();
    let uri = mounted.map_or(&parts.uri, |OriginalUri(uri)| uri);
    ListAddress(uri.path().to_owned())
}

async fn path<P: Input>(parts: &mut Parts) -> Result<P, AdminError> {
    let read = Path::<P>::from_request_parts(parts, &()).await;
    let malformed = |_| AdminError::invalid("the path is malformed: it is not UTF-8 once decoded");
    read.map(|Path(path)| path).map_err(malformed)
}

fn parameters(parts: &Parts) -> Result<Params, AdminError> {
    let query = parts.uri.query().unwrap_or_default();
    let sent = SentParams::parse(query.as_bytes());
    let sent = sent.map_err(|error| AdminError::invalid(error.to_string()))?;
    // OAuth leaves them out (RFC 6749 §3.1); here, a value was forgotten
    let pairs = form_urlencoded::parse(query.as_bytes());
    let empty = pairs.filter(|(_, value)| value.is_empty());
    let empty: Vec<_> = empty
        .map(|(name, _)| violation(&name, "has no value"))
        .collect();
    if !empty.is_empty() {
        return Err(AdminError::violations(empty));
    }
    let repeated = sent.repeated().map(|name| violation(name, "is sent twice"));
    let repeated: Vec<_> = repeated.collect();
    sent.single(&[])
        .map_err(|_| AdminError::violations(repeated))
}

fn violation(name: &str, problem: &str) -> Violation {
    Violation {
        pointer: format!("/{name}"),
        detail: format!("`{name}` {problem}"),
    }
}

async fn read<B: Input>(
    contract: &Contract,
    headers: &HeaderMap,
    body: Body,
) -> Result<B, AdminError> {
    let bytes = input::read(body).await?;
    if bytes.is_empty() {
        return contract.body(Value::Null);
    }
    if !is_json(headers) {
        return Err(AdminError::not_json());
    }
    let malformed = |error| AdminError::invalid(format!("the body is {error}"));
    contract.body(parse(&bytes).map_err(malformed)?)
}

/// Tells whether the body says that it is JSON, or does not say what it is.
fn is_json(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::CONTENT_TYPE) || input::is_of_type(headers, "application/json")
}
