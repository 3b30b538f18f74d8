use std::collections::HashMap;

use axum::{
    Router,
    extract::Query,
    response::Redirect,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::*;

type Parameters = Query<HashMap<String, String>>;

/// An issuer that believes everything.
async fn credulous() -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
    });
    let answer = |body: Value| {
        let text = body.to_string();
        move || async { text }
    };
    let tokens = json!({ "access_token": "a", "refresh_token": "r" });
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(answer(metadata)))
        .route("/authorize", get(authorize).post(async || ()))
        .route("/token", post(answer(tokens)))
        .route("/userinfo", get(answer(json!({ "sub": "alice" }))));
    tokio::spawn(async { axum::serve(listener, router).await });
    issuer.parse().expect("an address")
}

async fn authorize(Query(parameters): Parameters) -> Redirect {
    let to = parameters.get("redirect_uri").map(String::as_str);
    let to: String = to
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_graphic)
        .collect();
    Redirect::to(&format!("{to}?code=c"))
}

fn options(issuer: Url) -> Options {
    Options {
        client_id: "app".to_owned(),
        redirect_uri: "http://127.0.0.1:9/callback".to_owned(),
        ..Options::new(issuer)
    }
}

#[tokio::test]
async fn an_issuer_that_believes_everything_is_seen_through() {
    let report = run(options(credulous().await)).await.expect("a report");
    for row in [
        "A01", "A02", "A07", "A10", "A12", "A13", "A14", "A20", "T01", "T04", "T06", "T08", "T12",
        "T19", "T20",
    ] {
        assert!(report.accepted_rows().contains(&row), "{row}: {report}");
    }
}

#[tokio::test]
async fn another_machine_is_left_alone_unless_it_is_named() {
    let elsewhere = options("http://192.0.2.1".parse().expect("an address"));
    let error = run(elsewhere).await.expect_err("a refusal");
    assert!(error.to_string().contains("--allow-host"), "{error}");
}
