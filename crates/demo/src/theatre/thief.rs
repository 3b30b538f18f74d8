//! The thief's server: it looks like an authorization server, and passes requests on to the real one.

use std::sync::{Arc, Mutex, PoisonError};

use airside_client::Parameters;
use axum::{
    Router,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, header};

/// The thief's server. Clones share what it has caught.
#[derive(Clone)]
pub struct Thief {
    pub url: String,
    issuer: String,
    caught: Arc<Mutex<Option<Parameters>>>,
}

impl Thief {
    pub fn new(url: &str, issuer: &str) -> Self {
        Self {
            url: url.to_owned(),
            issuer: issuer.to_owned(),
            caught: Arc::default(),
        }
    }

    /// Takes the last token request that came.
    pub fn take(&self) -> Option<Parameters> {
        let mut caught = self.caught.lock().unwrap_or_else(PoisonError::into_inner);
        caught.take()
    }

    pub fn router(&self) -> Router {
        Router::new()
            .route("/authorize", get(pass_on))
            .route("/token", post(catch))
            .with_state(self.clone())
    }
}

/// Sends the browser on to the honest server, with the same request.
async fn pass_on(State(thief): State<Thief>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let location = format!("{}/authorize?{query}", thief.issuer);
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Keeps what the app sends.
async fn catch(State(thief): State<Thief>, body: String) -> Response {
    let mut caught = thief.caught.lock().unwrap_or_else(PoisonError::into_inner);
    *caught = Some(Parameters::parse(&body));
    (
        StatusCode::SERVICE_UNAVAILABLE,
        "please try again later, said the thief",
    )
        .into_response()
}
