//! Health for operators: whether the guard is live and ready, and why not.

use std::sync::{Arc, atomic::Ordering};

use airside_resource::{Feed, KeyState};
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use super::{PROBE_INTERVAL, Running};
use crate::{
    body::{self, Body},
    guard::Guard,
};

impl Running {
    /// Answers a request on `operations_listen`.
    pub(super) fn operations(&self, path: &str) -> Response<Body> {
        if path == "/metrics" {
            return self.metrics();
        }
        let (status, value) = match path {
            "/health/live" => (StatusCode::OK, json!({ "status": "live" })),
            "/health/ready" => self.readiness(),
            "/observed" => (StatusCode::OK, self.shared.observed.report()),
            _ => (StatusCode::NOT_FOUND, json!({ "error": "not_found" })),
        };
        let mut response = answer(value.to_string(), "application/json");
        *response.status_mut() = status;
        response
    }

    /// Returns the readiness. A guard is not ready while it stops, while no upstream is healthy by
    /// `upstream_health`, and while the feed of revocations is lost where that matters.
    fn readiness(&self) -> (StatusCode, Value) {
        let guard = self.guard();
        let asks = guard.configuration().upstream_health.is_some();
        let healthy = guard.upstreams().any_healthy();
        let draining = self.drain.is_started();
        let ready = (healthy || !asks) && !draining && !guard.feed_lost();
        let keys = guard.resource_server().key_state();
        let value = json!({
            "upstream": if asks { json!(healthy) } else { json!("unknown") },
            "upstream_problem": guard.upstreams().problem(),
            "issuer": issuer_state(&keys),
            "issuer_problem": keys.problem,
            "draining": draining,
            "feed": self.shared.feed.as_ref().map(Feed::is_connected),
            "database": guard.database().map(|_| self.views_healthy.load(Ordering::Relaxed)),
            "status_list": guard.resource_server().reads_status_lists(),
        });
        match ready {
            true => (StatusCode::OK, value),
            false => (StatusCode::SERVICE_UNAVAILABLE, value),
        }
    }

    /// Fetches the issuer's keys at the start and after a reload, also if some were kept in a file, and
    /// again until there are some: an issuer that does not answer is logged before the first token
    /// comes.
    pub(super) async fn fetch_keys(&self) {
        let mut asked: Option<Arc<Guard>> = None;
        loop {
            let guard = self.guard();
            let is_new = asked.as_ref().is_none_or(|one| !Arc::ptr_eq(one, &guard));
            if is_new || !guard.resource_server().key_state().held {
                guard.resource_server().has_keys().await;
                asked = Some(guard);
            }
            tokio::time::sleep(PROBE_INTERVAL).await;
        }
    }
}

fn issuer_state(keys: &KeyState) -> Value {
    match (keys.held, &keys.problem) {
        (true, _) => json!(true),
        (false, Some(_)) => json!(false),
        (false, None) => json!("unknown"),
    }
}

pub(super) fn answer(text: String, kind: &'static str) -> Response<Body> {
    let mut response = Response::new(body::full(text));
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
