use std::convert::Infallible;

use http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use tower::{ServiceExt as _, service_fn};

use super::*;
use crate::fixture::{Issuer, Key};

/// A body that is neither axum's nor hyper's.
#[derive(Debug, Default, PartialEq, Eq)]
struct Own(Vec<u8>);

impl From<String> for Own {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

/// A request body without any trait but `Send`.
struct Upload;

struct Fixture {
    issuer: Issuer,
    airside: ResourceServer,
    token: String,
}

impl Fixture {
    async fn start() -> Self {
        let (issuer, key) = (Issuer::start().await, Key::new("1"));
        issuer.publish(&[&key]);
        Self {
            airside: issuer.api().build().unwrap(),
            token: issuer.token_with(&key, "sub", "alice"),
            issuer,
        }
    }

    fn request(&self, path: &str) -> Request<Upload> {
        let request = Request::get(path).header(AUTHORIZATION, format!("Bearer {}", self.token));
        request.body(Upload).unwrap()
    }

    /// A service that fails for `/broken`, and else says who calls.
    fn service(
        &self,
    ) -> impl Service<Request<Upload>, Response = Response<Own>, Error = &'static str, Future: Send>
    + Clone
    + Send
    + 'static {
        let airside = self.airside.clone();
        service_fn(move |request: Request<Upload>| {
            let caller = Caller::of(request.extensions(), &airside);
            let subject = caller.map(|caller| caller.token().subject().to_owned());
            let answer = match request.uri().path() {
                "/broken" => Err("broken"),
                _ => Ok(Response::new(Own::from(subject.unwrap_or_default()))),
            };
            std::future::ready(answer)
        })
    }
}

fn without_token() -> Request<Upload> {
    Request::new(Upload)
}

#[tokio::test]
async fn a_service_of_any_body_and_error_is_behind_it() {
    let fixture = Fixture::start().await;
    let service = AuthenticationLayer::new(fixture.airside.clone()).layer(fixture.service());
    let answered = service.clone().oneshot(fixture.request("/")).await;
    assert_eq!(answered.unwrap().into_body(), Own(b"alice".to_vec()));
    let broken = service.clone().oneshot(fixture.request("/broken")).await;
    assert_eq!(broken.unwrap_err(), "broken");
    let refused = service.clone().oneshot(without_token()).await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    let mut bad = without_token();
    let header = "Bearer not-a-token".parse().unwrap();
    bad.headers_mut().insert(AUTHORIZATION, header);
    let refused = service.oneshot(bad).await.unwrap();
    assert_eq!(refused.headers()["content-type"], "application/json");
    let json = br#"{"error":"invalid_token"}"#;
    assert_eq!(refused.into_body(), Own(json.to_vec()));
}

#[tokio::test]
async fn a_grpc_call_fails_in_its_headers() {
    let fixture = Fixture::start().await;
    let service = AuthenticationLayer::grpc(fixture.airside.clone()).layer(fixture.service());
    let answered = service.clone().oneshot(fixture.request("/")).await;
    assert_eq!(answered.unwrap().into_body(), Own(b"alice".to_vec()));
    let refused = service.oneshot(without_token()).await.unwrap();
    assert_eq!(refused.status(), 200);
    let expected: HeaderMap = [
        ("content-type", "application/grpc"),
        ("cache-control", "no-store"),
        ("grpc-status", "16"),
        ("www-authenticate", "Bearer"),
    ]
    .into_iter()
    .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
    .collect();
    assert_eq!(*refused.headers(), expected);
    assert_eq!(refused.into_body(), Own::default());
}

#[tokio::test]
async fn a_grpc_call_without_keys_is_unavailable() {
    let fixture = Fixture::start().await;
    fixture.issuer.go_down();
    let service = AuthenticationLayer::grpc(fixture.airside.clone()).layer(fixture.service());
    let refused = service.oneshot(fixture.request("/")).await.unwrap();
    assert_eq!(refused.headers()["grpc-status"], "14");
}

#[tokio::test]
async fn a_function_answers_as_it_likes() {
    let fixture = Fixture::start().await;
    let metadata = fixture.airside.metadata();
    let answer = move |rejection: &Rejection| {
        let mut answer = metadata.challenge(rejection.answer::<Own>());
        *answer.status_mut() = StatusCode::IM_A_TEAPOT;
        answer
    };
    let layer = AuthenticationLayer::answering(fixture.airside.clone(), answer);
    let refused = layer.layer(fixture.service()).oneshot(without_token());
    let refused = refused.await.unwrap();
    assert_eq!(refused.status(), 418);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert!(
        challenge.starts_with("Bearer resource_metadata="),
        "{challenge}"
    );
}

/// A layer shows which resource server it is for, and nothing of what answers.
#[tokio::test]
async fn layers_have_a_debug_form() {
    let fixture = Fixture::start().await;
    let layer = AuthenticationLayer::grpc(fixture.airside.clone());
    assert!(format!("{layer:?}").starts_with("AuthenticationLayer { server: "));
    let service = layer.layer(service_fn(async |_: Request<Upload>| {
        Ok::<_, Infallible>(Response::new(Own::default()))
    }));
    assert!(format!("{service:?}").starts_with("Authentication { server: "));
}

/// `curl` hears a refusal whatever it sends, if the service of `axum::serve` answers when it has read.
#[tokio::test(flavor = "multi_thread")]
async fn curl_hears_that_a_layer_refuses_a_body() {
    use airside_net::RequestBody;
    use axum::{Router, body::Body, extract::Request, middleware, routing::post};

    async fn read_first(request: Request, next: middleware::Next) -> axum::response::Response {
        let answer = |request: Request<RequestBody<Body>>| next.run(request.map(Body::new));
        let answered = crate::answer_when_read(request, async |request| {
            Ok::<_, Infallible>(answer(request).await)
        });
        answered.await.unwrap()
    }

    let fixture = Fixture::start().await;
    let router: Router = Router::new()
        .route("/", post(async |body: String| body))
        .layer(AuthenticationLayer::new(fixture.airside.clone()))
        .layer(middleware::from_fn(read_first));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, router).await });
    let bearer = format!("authorization: Bearer {}", fixture.token);
    for (header, status) in [("x-nothing: 1", "401"), (bearer.as_str(), "200")] {
        for size in [10, 60_000] {
            for _ in 0..15 {
                let mut curl = std::process::Command::new("curl");
                curl.args([
                    "--silent",
                    "--show-error",
                    "--max-time",
                    "20",
                    "--header",
                    "expect:",
                ])
                .args(["--output", "/dev/null", "--write-out", "%{http_code}"])
                .args([
                    "--header",
                    header,
                    "--data-binary",
                    &"x".repeat(size),
                    &url,
                ]);
                let ended = tokio::task::spawn_blocking(move || curl.output().unwrap());
                let ended = ended.await.unwrap();
                assert_eq!(
                    String::from_utf8_lossy(&ended.stdout),
                    status,
                    "{size}: {ended:?}"
                );
            }
        }
    }
}
