//! `GET /status/{list}`: a status list (draft-ietf-oauth-status-list-21 §8).

use airside_oauth::state::status::ListNumber;
use axum::{
    body::Body,
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    cors::for_anyone,
    refusal::RefusedRequest,
    request_context::RequestContext,
    respond::EndpointError,
    status::{LOOK_AGAIN, PublishedList},
};

/// Answers anyone: a list tells nothing about a token to those who do not hold it.
pub async fn handle(
    context: RequestContext,
    Path(list): Path<String>,
    headers: HeaderMap,
) -> Response {
    let issuer = &context.issuer;
    let Ok(list) = list.parse::<ListNumber>() else {
        return for_anyone(absent());
    };
    for_anyone(match issuer.status_list(list).await {
        Ok(Some(published)) => answer(&published, &headers),
        Ok(None) => absent(),
        Err(error) => EndpointError::from(error).respond(&context, &RefusedRequest::default()),
    })
}

fn answer(published: &PublishedList, headers: &HeaderMap) -> Response {
    let mut response = match knows(headers, &published.etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => {
            let body = Body::from(published.token.clone());
            // draft-ietf-oauth-status-list-21-8.2: the media type of a list that is a JWT
            let media_type = [(header::CONTENT_TYPE, "application/statuslist+jwt")];
            (media_type, body).into_response()
        }
    };
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&published.etag) {
        headers.insert(header::ETAG, etag);
    }
    // short: what a cache adds to the age of a list, the list does not know
    let fresh = format!("public, max-age={}", LOOK_AGAIN.as_secs());
    if let Ok(fresh) = HeaderValue::from_str(&fresh) {
        headers.insert(header::CACHE_CONTROL, fresh);
    }
    response
}

/// Returns true if the caller has this very list (RFC 9110 §13.1.2).
fn knows(headers: &HeaderMap, etag: &str) -> bool {
    let sent = headers.get_all(header::IF_NONE_MATCH).into_iter();
    let mut tags = sent
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    // RFC9110-13.1.2: the comparison is weak, so that a cache may have weakened the tag
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn absent() -> Response {
    let no_store = HeaderValue::from_static("no-store");
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, no_store)]).into_response()
}
