//! The server that the app's redirect URI names.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::{RawQuery, State},
    routing::get,
};

/// The query that the browser last brought to the app.
#[derive(Clone, Default)]
pub struct Arrived(Arc<Mutex<Option<String>>>);

impl Arrived {
    pub fn put(&self, query: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(query);
    }

    pub fn take(&self) -> Option<String> {
        let mut arrived = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.take()
    }
}

/// Returns the app's server, which keeps the query that the browser brings back.
pub fn router(arrived: Arrived) -> Router {
    let callback = async |State(arrived): State<Arrived>, RawQuery(query): RawQuery| {
        arrived.put(query.unwrap_or_default());
        "Back in the app. This page can be closed."
    };
    Router::new()
        .route("/callback", get(callback))
        .with_state(arrived)
}
