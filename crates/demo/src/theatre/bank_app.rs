//! The bank's app: a page in the browser that runs the authorization code flow with PKCE itself.

use airside_page::{Layout, escape};
use axum::{
    Router,
    extract::{RawQuery, State},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderName, header};

use crate::{
    callback::Arrived,
    tap::PLAY,
    world::{BANK_APP, World},
};

#[derive(Clone)]
struct BankApp {
    arrived: Arrived,
    page: String,
    policy: String,
}

/// Returns the app's server, which has the same page everywhere; the page does the work. `theatre` is the
/// address that it links back to.
pub fn router(world: &World, theatre: &str) -> Router {
    let attributes = format!(
        " data-issuer=\"{}\" data-api=\"{}\" data-client=\"{BANK_APP}\"",
        escape(&world.issuer),
        escape(&world.bank_url),
    );
    let body = include_str!("../../assets/bank.html").replace("{theatre}", &escape(theatre));
    let layout = Layout {
        title: "The bank’s app",
        style: include_str!("../../assets/bank.css"),
        script: include_str!("../../assets/bank.js"),
        attributes: &attributes,
        body: &body,
    };
    let more = format!(
        "connect-src {} {}; form-action 'none';",
        world.issuer, world.bank_url
    );
    let app = BankApp {
        arrived: world.arrived.clone(),
        page: layout.render(),
        policy: layout.content_security_policy(&more),
    };
    Router::new()
        .route("/", get(page))
        .route("/callback", get(callback))
        .with_state(app)
}

async fn page(State(app): State<BankApp>) -> Response {
    let headers: [(HeaderName, String); 4] = [
        (header::CONTENT_SECURITY_POLICY, app.policy),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, Html(app.page)).into_response()
}

/// A browser gets the page, which reads the query itself; the demonstration, which plays the app, is told it.
async fn callback(
    State(app): State<BankApp>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if headers.contains_key(PLAY) {
        app.arrived.put(query.unwrap_or_default());
    }
    page(State(app)).await
}
