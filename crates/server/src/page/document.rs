//! `/docs`: the documents of this version, in development mode.

use airside_page::Page;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use super::home;
use crate::{
    request_context::RequestContext,
    respond::{page, see_other},
};

/// `GET /docs`: leads to the map of the documents.
pub async fn index(context: RequestContext) -> Response {
    see_other(&context.address("/docs/README.md"))
}

/// `GET /docs/{path}`.
pub async fn get(context: RequestContext, Path(path): Path<String>, parts: Parts) -> Response {
    let find = context.issuer.documents.get();
    let Some(document) = find.and_then(|find| find(&path)) else {
        return home::not_found(context, parts).await.into_response();
    };
    let shown = Page {
        title: &document.title,
        wide: true,
        body: &document.body,
    };
    page(StatusCode::OK, shown.render())
}
