//! Every route of the authorization server, on one page.

use std::sync::Arc;

use airside_net::Drain;
use axum::{
    Extension, Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get, post},
};

use crate::{
    admin::{self, AdminError, AdminSetUpError, RemoteApi},
    admission::Priority,
    cors::{self, for_apps},
    endpoint::{document, health, introspect, revocations, revoke, status, token, userinfo},
    issuer::{Issuer, issuer_path},
    observe::{Observer, observe},
    page::{self, PageProblem, authorize, consent, home, select_account, setup, sign_in, sign_out},
    request_context::RequestContext,
};

/// Builds the router of one issuer, below the path of its name.
///
/// # Errors
///
/// [`AdminSetUpError`] if the admin API cannot be set up.
pub fn router(issuer: &Arc<Issuer>, drain: Drain) -> Result<Router, AdminSetUpError> {
    let path = issuer_path(issuer);

    let all = public()
        .merge(apps(issuer))
        .merge(servers(&drain))
        .merge(pages(issuer))
        // an end is never refused
        .route("/sign-out", get(sign_out::get).post(sign_out::post))
        .route("/api/admin", any(admin::unknown))
        .route("/api/admin/{*rest}", any(admin::unknown))
        .merge(documents(issuer))
        .merge(operations(drain));
    let RemoteApi { routes, paths } = administration(issuer, &path)?;
    let observer = Observer {
        issuer: Arc::clone(issuer),
        paths,
    };
    Ok(rooted(&path, all)
        .fallback(home::not_found)
        .method_not_allowed_fallback(home::method_not_allowed)
        .with_state(Arc::clone(issuer))
        .merge(routes)
        .layer(from_fn_with_state(observer, observe)))
}

/// Documents that everybody may read.
fn public() -> Router<Arc<Issuer>> {
    let jwks = get(document::jwks).options(cors::preflight_of_anyone);
    let status = get(status::handle).options(cors::preflight_of_anyone);
    Router::new()
        .route("/.well-known/openid-configuration", metadata())
        .route("/.well-known/oauth-authorization-server", metadata())
        .route("/jwks", jwks)
        .route("/status/{list}", status)
}

fn metadata() -> MethodRouter<Arc<Issuer>> {
    get(document::metadata).options(cors::preflight_of_anyone)
}

/// Endpoints that scripts of registered origins may use.
fn apps(issuer: &Arc<Issuer>) -> Router<Arc<Issuer>> {
    let userinfo = get(userinfo::handle).post(userinfo::handle);
    Router::new()
        .route("/token", for_apps(issuer, "POST", post(token::handle)))
        .route("/revoke", for_apps(issuer, "POST", post(revoke::handle)))
        .route("/userinfo", for_apps(issuer, "GET, HEAD, POST", userinfo))
}

/// Endpoints for resource servers.
fn servers(drain: &Drain) -> Router<Arc<Issuer>> {
    let revocations = post(revocations::handle).layer(Extension(drain.clone()));
    Router::new()
        .route("/introspect", post(introspect::handle))
        .route("/revocations", revocations)
}

/// Pages, which wait for their turn under overload.
fn pages(issuer: &Arc<Issuer>) -> Router<Arc<Issuer>> {
    Router::new()
        .route("/", get(home::get))
        .route("/authorize", get(authorize::get).post(authorize::post))
        .route("/sign-in", get(sign_in::get).post(sign_in::post))
        .route(
            "/select-account",
            get(select_account::get).post(select_account::post),
        )
        .route("/consent", get(consent::get).post(consent::post))
        .route("/setup", get(setup::get).post(setup::post))
        .layer(from_fn_with_state(Arc::clone(issuer), page_in_turn))
}

/// The documents of this version, if the issuer shows them.
fn documents(issuer: &Issuer) -> Router<Arc<Issuer>> {
    match issuer.documents.get() {
        None => Router::new(),
        Some(_) => Router::new()
            .route("/docs", get(page::document::index))
            .route("/docs/{*path}", get(page::document::get)),
    }
}

fn operations(drain: Drain) -> Router<Arc<Issuer>> {
    Router::new()
        .route("/favicon.ico", get(home::favicon))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready).layer(Extension(drain)))
        .route("/metrics", get(health::metrics))
}

/// Puts every route below the path of the issuer.
fn rooted(path: &str, all: Router<Arc<Issuer>>) -> Router<Arc<Issuer>> {
    if path.is_empty() {
        return all;
    }
    // RFC8414-3.1: the well-known part comes before the issuer's path
    let inserted = |name: &str| format!("/.well-known/{name}{path}");
    Router::new()
        .nest(path, all)
        .route(&inserted("openid-configuration"), metadata())
        .route(&inserted("oauth-authorization-server"), metadata())
}

/// The admin API over the network, if the issuer has it.
fn administration(issuer: &Arc<Issuer>, path: &str) -> Result<RemoteApi, AdminSetUpError> {
    let admin_api = issuer.profile().admin_api();
    if issuer.profile().resource(&admin_api).is_none() {
        return Ok(RemoteApi::default());
    }
    let in_turn = from_fn_with_state(Arc::clone(issuer), administration_in_turn);
    let api = admin::remote(issuer, path)?;
    Ok(RemoteApi {
        routes: api.routes.layer(in_turn),
        ..api
    })
}

async fn page_in_turn(context: RequestContext, request: Request, next: Next) -> Response {
    // work with a permit goes on before others: a client that sends a piece at a time must not have one
    let request = match page::read_body(&context, request).await {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    let answered = context
        .issuer
        .with_permit(Priority::SignIn, next.run(request))
        .await;
    answered.unwrap_or_else(|_| context.refuse(PageProblem::Overloaded).into_response())
}

async fn administration_in_turn(
    State(issuer): State<Arc<Issuer>>,
    request: Request,
    next: Next,
) -> Response {
    let work = next.run(request);
    let answered = issuer.with_permit(Priority::Administration, work).await;
    answered.unwrap_or_else(|cause| AdminError::from(cause).into_response())
}
