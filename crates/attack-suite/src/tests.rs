use std::collections::HashMap;

use axum::{
    Router,
    extract::Query,
    response::Redirect,
    routing::{get, post},
};
use http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::*;

type Parameters = Query<HashMap<String, String>>;

/// An issuer that believes everything, and what its userinfo endpoint answers.
async fn credulous(userinfo: StatusCode) -> Url {
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
        .route("/userinfo", get(move || async move { userinfo }));
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
    let report = run(options(credulous(StatusCode::OK).await))
        .await
        .expect("a report");
    for row in [
        "A01", "A02", "A07", "A10", "A12", "A13", "A14", "A20", "T01", "T04", "T06", "T08", "T12",
        "T19", "T20",
    ] {
        assert!(report.accepted_rows().contains(&row), "{row}: {report}");
    }
}

#[tokio::test]
async fn what_cannot_be_tried_is_said_and_the_rest_is_tried() {
    let issuer = credulous(StatusCode::UNAUTHORIZED).await;
    let report = run(options(issuer)).await.expect("a report");
    assert_eq!(report.not_tried(), 1, "{report}");
    let text = report.to_string();
    assert!(
        text.contains("| J01 | the access token of the honest client: 401 |  | **could not"),
        "{text}"
    );
    assert!(text.ends_with("1 could not be tried\n"), "{text}");
    assert!(report.accepted_rows().contains(&"T20"), "{report}");
}

#[tokio::test]
async fn another_machine_is_left_alone_unless_it_is_named() {
    let elsewhere = options("http://192.0.2.1".parse().expect("an address"));
    let error = run(elsewhere).await.expect_err("a refusal");
    assert!(error.to_string().contains("--allow-host"), "{error}");
}
