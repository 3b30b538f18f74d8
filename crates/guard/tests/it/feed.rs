//! An issuer that says what is revoked, or does not.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{Json, Router, extract::State, routing::post};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::{sync::watch, time::timeout};

/// The key of a guard that follows.
pub fn key(on_loss: &str) -> String {
    format!(
        "feed = {{ client_id = \"api\", client_secret = {{ env = \"SECRET\" }}, on_loss = \"{on_loss}\" }}"
    )
}

/// The state of the issuer's feed.
#[derive(Default)]
pub struct Feed {
    said: watch::Sender<Said>,
}

#[derive(Clone, Default)]
struct Said {
    revocations: Vec<Value>,
    is_down: bool,
}

impl Feed {
    /// Revokes one token.
    pub fn revoke(&self, jti: &str) {
        let entry = json!({ "jti": jti, "at": 0, "until": 9_999_999_999_000_i64 });
        self.said.send_modify(|said| said.revocations.push(entry));
    }

    /// Answers no more.
    pub fn go_down(&self) {
        self.said.send_modify(|said| said.is_down = true);
    }
}

pub fn router(feed: &Arc<Feed>) -> Router {
    let router = Router::new().route("/revocations", post(answer));
    router.with_state(Arc::clone(feed))
}

async fn answer(State(feed): State<Arc<Feed>>, form: String) -> Result<Json<Value>, StatusCode> {
    let form: HashMap<_, _> = form_urlencoded::parse(form.as_bytes()).collect();
    let position = form.get("position").map_or(0, |text| text.parse().unwrap());
    let mut said = feed.said.subscribe();
    if form.contains_key("wait") {
        let is_news = |said: &Said| said.is_down || said.revocations.len() > position;
        let news = timeout(Duration::from_secs(10), said.wait_for(is_news));
        drop(news.await);
    }
    let said = said.borrow();
    if said.is_down {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let end = said.revocations.len().min(position + PAGE);
    Ok(Json(json!({
        "epoch": 1, "position": end, "reset": !form.contains_key("epoch"),
        "more": end < said.revocations.len(), "revocations": said.revocations[position..end],
    })))
}

/// Revocations in one answer.
const PAGE: usize = 2;
