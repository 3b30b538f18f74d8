//! A refusal can be found: its line in the log and its event say the true reason, the answer does not.

mod authorize;
mod client_auth;
mod grant;
mod person;
mod reason;
mod target;
mod userinfo;

use std::{cell::RefCell, io};

use airside_net::Drain;
use airside_oauth::state::event::{Event, EventKind};
use airside_server::route::router;
use airside_store::EventQuery;
use airside_testkit::Answer;
use axum::body::Body;
use http::{Request, header};
use tower::ServiceExt;
use tracing::{level_filters::LevelFilter, subscriber::DefaultGuard};

use crate::world::{World, basic, secret_of};

/// The secret that is sent in tests: it must not be in any line or event.
const CANARY: &str = "canary-7f3a9c";

thread_local! {
    /// The log of this thread: a test and its server are one thread, and tests share trace ids.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Sink;

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps what this thread logs from now on, until the guard is dropped.
fn listen() -> DefaultGuard {
    LOG.with_borrow_mut(Vec::clear);
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::INFO);
    let subscriber = subscriber.with_writer(|| Sink).with_ansi(false).finish();
    tracing::subscriber::set_default(subscriber)
}

/// The lines of the log that contain `part`.
fn lines_with(part: &str) -> Vec<String> {
    let log = LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap());
    let lines = log.lines().filter(|line| line.contains(part));
    lines.map(str::to_owned).collect()
}

/// The content that the line of a refused request must have.
struct Expected<'a> {
    endpoint: &'a str,
    client: &'a str,
    is_known: bool,
    reason: &'a str,
}

/// At `/token`, of a registered client.
fn known<'a>(client: &'a str, reason: &'a str) -> Expected<'a> {
    Expected {
        endpoint: "/token",
        client,
        is_known: true,
        reason,
    }
}

/// At `/token`, of a client that is not registered.
fn unknown<'a>(client: &'a str, reason: &'a str) -> Expected<'a> {
    Expected {
        is_known: false,
        ..known(client, reason)
    }
}

impl<'a> Expected<'a> {
    fn at(self, endpoint: &'a str) -> Self {
        Self { endpoint, ..self }
    }
}

/// Checks that an answer is `outcome`, and that exactly one line and at most one event tell the reason.
async fn check(world: &World, answer: &Answer, outcome: &str, expected: Expected<'_>) {
    let reason = expected.reason;
    assert_eq!(answer.outcome(), outcome, "{reason}");
    check_told(world, answer.header("x-request-id"), &expected).await;
}

async fn check_told(world: &World, trace_id: &str, expected: &Expected<'_>) {
    let reason = expected.reason;
    let lines = lines_with(trace_id);
    let lines = lines
        .iter()
        .filter(|line| line.contains("request refused: "));
    let lines: Vec<_> = lines.collect();
    let [line] = lines.as_slice() else {
        panic!("{reason}: {lines:?}");
    };
    for part in [
        format!("endpoint=\"{}\"", expected.endpoint),
        format!("client=\"{}\"", expected.client),
        format!("known_client={}", expected.is_known),
        format!("reason=\"{reason}"),
    ] {
        assert!(line.contains(&part), "{part} in {line}");
    }
    assert!(!line.contains(CANARY), "{line}");
    let events = refusals(world).await;
    let events: Vec<_> = events
        .iter()
        .filter(|event| event.origin.trace_id == trace_id)
        .collect();
    assert_eq!(events.len(), usize::from(expected.is_known), "{line}");
    for event in events {
        let client = event.client.as_ref().map(ToString::to_string);
        assert_eq!(client.as_deref(), Some(expected.client));
        assert!(event.detail.starts_with(expected.endpoint), "{event:?}");
        assert!(event.detail.contains(reason), "{event:?}");
        assert!(!event.detail.contains(CANARY), "{event:?}");
    }
}

/// Every `token.refused` so far.
async fn refusals(world: &World) -> Vec<Event> {
    world.events().await;
    // behind the events that the job has just taken
    world.store.try_write().await.unwrap();
    let query = EventQuery {
        kind: Some(EventKind::TokenRefused),
        limit: 1_000,
        ..EventQuery::default()
    };
    world.store.events(&query).await.unwrap()
}

/// Sends a form to a back-channel endpoint, with an `Authorization` header if there is one.
async fn post(
    world: &World,
    path: &str,
    authorization: Option<&str>,
    fields: &[(&str, &str)],
) -> Answer {
    let headers: Vec<_> = authorization
        .map(|value| ("authorization", value))
        .into_iter()
        .collect();
    world
        .browser()
        .post_with(&world.at(path), &headers, fields)
        .await
}

fn own(client_id: &str) -> String {
    basic(client_id, &secret_of(client_id))
}

#[tokio::test]
async fn a_flood_of_refusals_leaves_three_events_and_a_number() {
    // D11
    let world = World::new().await;
    let router = router(&world.issuer, Drain::new()).unwrap();
    let host = world.url.trim_start_matches("http://").to_owned();
    for n in 0..10_000 {
        // half of them of a client that exists
        let client = if n % 2 == 0 { "billing" } else { "ghost" };
        let request = Request::post("/token")
            .header(header::HOST, &host)
            .header(header::AUTHORIZATION, basic(client, CANARY))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("grant_type=client_credentials"))
            .unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    assert_eq!(refusals(&world).await.len(), 3);
    world.advance(std::time::Duration::from_secs(3_601));
    // the next one brings the number of the hour before, and is told itself
    let answer = post(&world, "/token", Some(&basic("billing", CANARY)), &[]).await;
    assert_eq!(answer.outcome(), "401 invalid_client");
    let events = refusals(&world).await;
    assert_eq!(events.len(), 5);
    let numbers = events.iter().map(|event| event.detail.as_str());
    let numbers: Vec<_> = numbers
        .filter(|detail| detail.contains("4997 more"))
        .collect();
    assert_eq!(numbers.len(), 1, "{events:?}");
    assert_eq!(world.issuer.audit_buffer.dropped(), 0);
}

#[tokio::test]
async fn a_legal_request_is_no_refusal() {
    let _log = listen();
    let world = World::new().await;
    let form = [("grant_type", "client_credentials")];
    let answer = post(&world, "/token", Some(&own("billing")), &form).await;
    assert_eq!(answer.status, 200);
    let app = world.app("web");
    let tokens = app.sign_in("alice").await;
    assert_eq!(app.userinfo(&tokens.access).await.status, 200);
    assert!(refusals(&world).await.is_empty());
    let lines = lines_with(answer.header("x-request-id"));
    assert!(!lines.iter().any(|line| line.contains("request refused")));
}
