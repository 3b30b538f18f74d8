mod shop;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use airside_api::document::Files;
use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::{
    document,
    identity::{Credential, Secret, TokenSource},
    report::model::Conclusion,
    verdict::Verdict,
};

/// An API of notes; each caller's token is their name.
#[derive(Clone, Default)]
struct Notes {
    rows: Arc<Mutex<BTreeMap<u64, Value>>>,
    is_open: bool,
    answers: Arc<AtomicU64>,
    /// After so many answers tokens are refused.
    dies_after: Option<u64>,
    /// After so many answers to one token, `NAME.NUMBER`, it is refused.
    lives_for: Option<u64>,
    uses: Arc<Mutex<BTreeMap<String, u64>>>,
}

fn caller(headers: &HeaderMap) -> Option<String> {
    let token = headers.get("authorization")?.to_str().ok()?;
    let token = token.strip_prefix("Bearer ")?;
    let (name, _) = token.split_once('.').unwrap_or((token, ""));
    Some(name.to_owned())
}

fn refused(status: StatusCode) -> Response {
    (status, axum::Json(json!({"error": "no"}))).into_response()
}

async fn make(
    State(notes): State<Notes>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<Value>,
) -> Response {
    let Some(caller) = caller(&headers) else {
        return refused(StatusCode::UNAUTHORIZED);
    };
    let mut rows = notes.rows.lock();
    let id = rows.len() as u64 + 1;
    let row = json!({"id": id, "owner": caller, "text": body["text"]});
    rows.insert(id, row.clone());
    (StatusCode::CREATED, axum::Json(row)).into_response()
}

async fn list(State(notes): State<Notes>, headers: HeaderMap) -> Response {
    let Some(caller) = caller(&headers) else {
        return refused(StatusCode::UNAUTHORIZED);
    };
    let rows = notes.rows.lock();
    let own: Vec<_> = rows
        .values()
        .filter(|row| row["owner"] == json!(caller))
        .cloned()
        .collect();
    axum::Json(own).into_response()
}

async fn read(State(notes): State<Notes>, Path(id): Path<u64>, headers: HeaderMap) -> Response {
    let Some(caller) = caller(&headers) else {
        return refused(StatusCode::UNAUTHORIZED);
    };
    let rows = notes.rows.lock();
    match rows
        .get(&id)
        .filter(|row| notes.is_open || row["owner"] == json!(caller))
    {
        Some(row) => axum::Json(row.clone()).into_response(),
        None => refused(StatusCode::NOT_FOUND),
    }
}

async fn remove(State(notes): State<Notes>, Path(id): Path<u64>, headers: HeaderMap) -> Response {
    let Some(caller) = caller(&headers) else {
        return refused(StatusCode::UNAUTHORIZED);
    };
    let mut rows = notes.rows.lock();
    // the answer is the same either way
    if rows
        .get(&id)
        .is_some_and(|row| row["owner"] == json!(caller))
    {
        rows.remove(&id);
    }
    StatusCode::NO_CONTENT.into_response()
}

async fn count(
    State(notes): State<Notes>,
    mut request: Request,
    next: axum::middleware::Next,
) -> Response {
    let number = notes.answers.fetch_add(1, Ordering::Relaxed);
    let token = request.headers().get("authorization").cloned();
    let token = token.and_then(|token| Some(token.to_str().ok()?.to_owned()));
    let is_old = token.zip(notes.lives_for).is_some_and(|(token, most)| {
        let mut uses = notes.uses.lock();
        let count = uses.entry(token).or_default();
        *count += 1;
        *count > most
    });
    if is_old || notes.dies_after.is_some_and(|most| number > most) {
        request.headers_mut().remove("authorization");
    }
    next.run(request).await
}

async fn served(notes: Notes) -> String {
    let router = Router::new()
        .route("/notes", post(make).get(list))
        .route("/notes/{id}", get(read).delete(remove))
        .layer(axum::middleware::from_fn_with_state(notes.clone(), count))
        .with_state(notes);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn api() -> Api {
    let id = json!([{"in": "path", "name": "id", "required": true, "schema": {"type": "integer"}}]);
    let body = json!({"content": {"application/json": {"schema": {"properties": {"text": {"type": "string"}}}}}});
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "notes", "version": "1"},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
        "servers": [{"url": "http://evil.example/elsewhere"}],
        "paths": {
            "/notes": {"get": {}, "post": {"requestBody": body}},
            "/notes/{id}": {"parameters": id, "get": {}, "delete": {}},
        },
    });
    let files = Files::from([("a.json".to_owned(), Ok(document))]);
    document::read("a.json", &files).unwrap()
}

fn settings(url: &str) -> Settings {
    let named = |name: &str| NamedIdentity {
        name: name.to_owned(),
        role: None,
        tenant: None,
        credential: Credential::Token(Secret::new(format!("secret-{name}"))),
    };
    Settings {
        api: api(),
        base: BaseUrl::parse(url, &[]).unwrap(),
        identities: vec![named("alice"), named("bob")],
        recipe: Recipe::default(),
        presentation: None,
        limits: Limits {
            timeout: Duration::from_secs(5),
            ..Limits::default()
        },
        allow_writes: true,
        concurrency: 4,
        seed: 1,
        client: Client::new().unwrap(),
        now: || 0,
        interrupt: Arc::new(AtomicBool::new(false)),
        progress: Box::new(|_| ()),
    }
}

fn confirmed(report: &Report) -> Vec<&str> {
    let confirmed = report
        .findings
        .iter()
        .filter(|one| one.verdict.is_confirmed());
    confirmed.map(|one| one.id.as_str()).collect()
}

#[tokio::test]
async fn an_open_api_has_a_hole_and_a_closed_one_has_none() {
    let open = served(Notes {
        is_open: true,
        ..Notes::default()
    })
    .await;
    let closed = served(Notes::default()).await;

    let holes = run(settings(&open)).await.unwrap();
    let none = run(settings(&closed)).await.unwrap();

    assert_eq!(confirmed(&holes), ["object-read:GET:/notes/{id}"]);
    assert_eq!(holes.conclusion, Conclusion::Holes);
    let finding = &holes.findings[0];
    assert_eq!(finding.replays, 2);
    // the time, the note, and the evidence
    assert_eq!(finding.curl.len(), 3, "{:?}", finding.curl);
    assert!(
        finding
            .guard_rule
            .as_ref()
            .unwrap()
            .contains(r#"owner = { response = "/owner", equals = "sub" }"#)
            || finding.guard_rule.is_some()
    );
    assert_eq!(confirmed(&none), Vec::<&str>::new());
    assert_eq!(none.conclusion, Conclusion::NoneProven);
    // what the scan made is deleted
    assert_eq!(none.left_behind, Vec::<String>::new());
}

#[tokio::test]
async fn the_lines_of_the_page_are_those_of_a_report() {
    let page = include_str!("../../../../docs/scan/reports.md");
    let (_, block) = page.split_once("RUN=$").unwrap();
    let (block, _) = block.split_once("\n```").unwrap();
    let url = served(Notes {
        is_open: true,
        ..Notes::default()
    })
    .await;

    let report = run(settings(&url)).await.unwrap();

    let lines = report.findings[0].curl.join("\n");
    let lines = lines.replace(&url, "http://127.0.0.1:5000");
    let canary = |text: &str| text.split("zq").nth(1).unwrap()[..5].to_owned();
    let lines = lines.replace(&canary(&lines), &canary(block));
    assert_eq!(lines, format!("RUN=${block}"));
}

#[tokio::test]
async fn no_report_shows_a_token() {
    let url = served(Notes {
        is_open: true,
        ..Notes::default()
    })
    .await;

    let report = run(settings(&url)).await.unwrap();

    let text = crate::report::json::write(&report) + &crate::report::text::write(&report);
    assert!(text.contains("$TOKEN_BOB"), "{text}");
    assert!(!text.contains("secret-"), "{text}");
}

#[tokio::test]
async fn nothing_is_written_without_leave() {
    let notes = Notes {
        is_open: true,
        ..Notes::default()
    };
    let url = served(notes.clone()).await;
    let report = run(Settings {
        allow_writes: false,
        ..settings(&url)
    })
    .await
    .unwrap();

    assert!(notes.rows.lock().is_empty());
    assert_eq!(report.conclusion, Conclusion::Inconclusive);
    assert!(
        report
            .remarks
            .iter()
            .any(|one| one.contains("--allow-writes"))
    );
}

#[tokio::test]
async fn an_api_that_is_down_is_no_secure_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);

    let error = run(settings(&url)).await.unwrap_err();

    assert!(matches!(error, ScanError::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn tokens_that_die_leave_what_follows_untested() {
    let url = served(Notes {
        dies_after: Some(12),
        ..Notes::default()
    })
    .await;

    let report = run(settings(&url)).await.unwrap();

    assert!(
        report
            .remarks
            .iter()
            .any(|one| one.contains("stopped working")),
        "{:?}",
        report.remarks
    );
    let delete = report
        .operations
        .iter()
        .find(|one| one.method == "DELETE")
        .unwrap();
    assert!(
        delete
            .checks
            .iter()
            .all(|one| matches!(one.verdict, Verdict::NotTested(_))),
        "{delete:?}"
    );
}

#[tokio::test]
async fn tokens_of_a_source_are_renewed_when_they_die() {
    let notes = Notes {
        is_open: true,
        lives_for: Some(5),
        ..Notes::default()
    };
    let url = served(notes).await;
    let mut settings = settings(&url);
    let made = Arc::new(AtomicU64::new(0));
    for one in &mut settings.identities {
        let (name, made) = (one.name.clone(), Arc::clone(&made));
        one.credential = Credential::Source(TokenSource::new(move || {
            let number = made.fetch_add(1, Ordering::Relaxed);
            let token = Secret::new(format!("{name}.{number}"));
            Box::pin(async move { Ok(token) })
        }));
    }

    let report = run(settings).await.unwrap();

    assert_eq!(confirmed(&report), ["object-read:GET:/notes/{id}"]);
    assert!(made.load(Ordering::Relaxed) > 4);
    assert_eq!(report.doubts, Vec::<String>::new());
}

#[tokio::test]
async fn a_spent_budget_leaves_what_follows_untested() {
    let notes = Notes::default();
    let url = served(notes.clone()).await;
    let mut settings = settings(&url);
    settings.limits.requests = 15;

    let report = run(settings).await.unwrap();

    let verdicts: Vec<_> = report
        .operations
        .iter()
        .flat_map(|one| &one.checks)
        .collect();
    assert!(
        verdicts
            .iter()
            .any(|one| one.verdict.reason().contains("budget")),
        "{verdicts:?}"
    );
    // cleaning up is not part of it
    assert!(notes.rows.lock().is_empty());
}

#[tokio::test]
async fn a_document_never_leads_to_another_host() {
    let url = served(Notes::default()).await;

    let report = run(settings(&url)).await.unwrap();

    assert!(
        report.api.starts_with("http://127.0.0.1:"),
        "{}",
        report.api
    );
}
