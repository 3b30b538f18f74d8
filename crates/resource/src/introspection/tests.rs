use std::sync::Mutex;

use airside_policy::Kind;
use axum::{Router, body::Bytes, extract::State, routing::post};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::*;

/// An issuer that says what a test wants, and hears what it is asked.
#[derive(Clone)]
struct Issuer {
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

async fn answer(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let authorization = headers["authorization"].to_str().unwrap().to_owned();
    let body = String::from_utf8(body.to_vec()).unwrap();
    issuer.asked.lock().unwrap().push((authorization, body));
    issuer.answer.lock().unwrap().clone()
}

async fn world() -> (Issuer, Introspector) {
    let issuer = Issuer {
        answer: Arc::new(Mutex::new((StatusCode::OK, String::new()))),
        asked: Arc::default(),
    };
    let router = Router::new()
        .route("/introspect", post(answer))
        .with_state(issuer.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let options = IntrospectionOptions {
        issuer: "https://id.example.com".to_owned(),
        audience: "https://api.example.com".to_owned(),
        endpoint: format!("http://{address}/introspect").parse().unwrap(),
        client_id: "api".to_owned(),
        client_secret: "a:b c".to_owned(),
        connection: IssuerConnection {
            loopback_http: true,
            ..IssuerConnection::default()
        },
    };
    let introspector = Introspector::with_clock(options, Arc::new(|| UnixSeconds::new(1000)));
    (issuer, introspector.unwrap())
}

fn active() -> Value {
    json!({
        "active": true, "iss": "https://id.example.com", "aud": ["https://api.example.com"],
        "sub": "alice", "client_id": "spa", "scope": "a b", "exp": 1001,
    })
}

#[tokio::test]
async fn an_active_token_for_this_api_is_accepted() {
    let (issuer, introspector) = world().await;
    *issuer.answer.lock().unwrap() = (StatusCode::OK, active().to_string());
    let principal = introspector.verify_token("t+1").await.unwrap().principal();
    assert_eq!((principal.kind, &*principal.subject), (Kind::User, "alice"));
    assert!(principal.scopes.contains("b"));
    let asked = issuer.asked.lock().unwrap().clone();
    // RFC 7617: `api:a%3Ab+c` in base64
    let expected = "Basic YXBpOmElM0FiK2M=".to_owned();
    let body = "token=t%2B1&token_type_hint=access_token".to_owned();
    assert_eq!(asked, [(expected, body)]);
}

#[tokio::test]
async fn anything_else_is_refused() {
    let (issuer, introspector) = world().await;
    let status = async |answer: &str| {
        *issuer.answer.lock().unwrap() = (StatusCode::OK, answer.to_owned());
        let judged = introspector.verify_token("t").await;
        judged
            .err()
            .map_or(200, |rejection| rejection.status().as_u16())
    };
    assert_eq!(status(&active().to_string()).await, 200, "the control");
    for (name, value) in [
        ("active", json!(false)),
        ("active", json!("true")),
        ("active", json!(1)),
        ("iss", json!("https://evil.example.com")),
        ("aud", json!("https://other.example.com")),
        ("aud", json!([])),
        ("aud", json!(null)),
        ("exp", json!(1000)),
        ("exp", json!("never")),
        ("cnf", json!({ "jkt": "x" })),
    ] {
        let mut claims = active();
        claims[name] = value;
        assert_eq!(status(&claims.to_string()).await, 401, "{claims}");
    }
    for nonsense in ["", "[]", "<html>", r#"{"active":true,"active":false}"#] {
        assert_eq!(status(nonsense).await, 503, "{nonsense}");
    }
    *issuer.answer.lock().unwrap() = (StatusCode::UNAUTHORIZED, active().to_string());
    let judged = introspector.verify_token("t").await;
    assert_eq!(judged.err(), Some(Rejection::Unavailable));
}
