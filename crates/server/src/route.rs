//! Every route of the authorization server, on one page.

use std::sync::Arc;

use airside_net::Drain;
use axum::{
    Extension, Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};

use crate::{
    admin::{self, AdminError, AdminSetUpError},
    admission::Priority,
    cors::{self, for_apps},
    endpoint::{document, health, introspect, revocations, revoke, status, token, userinfo},
    issuer::{Issuer, issuer_path},
    observe::observe,
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

    let document = get(document::metadata).options(cors::preflight_of_anyone);
    let public = Router::new()
        .route("/.well-known/openid-configuration", document.clone())
        .route("/.well-known/oauth-authorization-server", document.clone())
        .route(
            "/jwks",
            get(document::jwks).options(cors::preflight_of_anyone),
        )
        .route(
            "/status/{list}",
            get(status::handle).options(cors::preflight_of_anyone),
        );
    let apps = Router::new()
        .route("/token", for_apps(issuer, "POST", post(token::handle)))
        .route("/revoke", for_apps(issuer, "POST", post(revoke::handle)))
        .route(
            "/userinfo",
            for_apps(
                issuer,
                "GET, HEAD, POST",
                get(userinfo::handle).post(userinfo::handle),
            ),
        );
    let servers = Router::new()
        .route("/introspect", post(introspect::handle))
        .route(
            "/revocations",
            post(revocations::handle).layer(Extension(drain.clone())),
        );
    let pages = Router::new()
        .route("/", get(home::get))
        .route("/authorize", get(authorize::get).post(authorize::post))
        .route("/sign-in", get(sign_in::get).post(sign_in::post))
        .route(
            "/select-account",
            get(select_account::get).post(select_account::post),
        )
        .route("/consent", get(consent::get).post(consent::post))
        .route("/setup", get(setup::get).post(setup::post))
        .layer(from_fn_with_state(Arc::clone(issuer), page_in_turn));
    // an end is never refused
    let ends = Router::new().route("/sign-out", get(sign_out::get).post(sign_out::post));
    let unknown_administration = Router::new()
        .route("/api/admin", any(admin::unknown))
        .route("/api/admin/{*rest}", any(admin::unknown));
    let operations = Router::new()
        .route("/favicon.ico", get(home::favicon))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready).layer(Extension(drain)))
        .route("/metrics", get(health::metrics));

    let all = public
        .merge(apps)
        .merge(servers)
        .merge(pages)
        .merge(ends)
        .merge(unknown_administration)
        .merge(operations);
    let rooted = match path.as_str() {
        "" => all,
        // RFC8414-3.1: the well-known part comes before the issuer's path
        path => {
            let inserted = |name: &str| format!("/.well-known/{name}{path}");
            Router::new()
                .nest(path, all)
                .route(&inserted("openid-configuration"), document.clone())
                .route(&inserted("oauth-authorization-server"), document)
        }
    };
    let admin_api = issuer.profile().admin_api();
    let administration = match issuer.profile().resource(&admin_api) {
        Some(_) => admin::remote(issuer, &path)?.layer(from_fn_with_state(
            Arc::clone(issuer),
            administration_in_turn,
        )),
        None => Router::new(),
    };
    Ok(rooted
        .fallback(home::not_found)
        .method_not_allowed_fallback(home::method_not_allowed)
        .with_state(Arc::clone(issuer))
        .merge(administration)
        .layer(from_fn_with_state(Arc::clone(issuer), observe)))
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
