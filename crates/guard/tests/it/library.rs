//! The guard before an API that the library serves: the API's rules, in a document, are the guard's.

use std::fs;

use airside_guard::{Configuration, check};
use airside_resource::{
    Authorized, Create, Function, Listed, Public, Record, ResourceServer, Router, actions,
    memory::Memory, rule,
};
use axum::extract::FromRef;

actions! {
    ReadNote reads Note = rule::scope("notes:read").owner();
    WriteNote writes Note = rule::scope("notes:write").and(rule::person()).owner();
    Purge = rule::role("admin").and(rule::signed_in_within(300));
    Ping = rule::any_token();
    Health public = "load balancer probe";
}

#[derive(Record)]
#[record(table = "notes", records = Memory)]
struct Note {
    id: i64,
    #[record(owner)]
    owner: String,
}

#[derive(Clone)]
struct State {
    airside: ResourceServer,
    records: Memory,
}

impl FromRef<State> for ResourceServer {
    fn from_ref(state: &State) -> Self {
        state.airside.clone()
    }
}

impl FromRef<State> for Memory {
    fn from_ref(state: &State) -> Self {
        state.records.clone()
    }
}

async fn list(_: Listed<Note, ReadNote>) {}
async fn create(_: Create<Note, WriteNote>) {}
async fn read(_: Authorized<Note, ReadNote>) {}
async fn change(_: Authorized<Note, WriteNote>) {}
async fn purge(_: Function<Purge>) {}
async fn ping(_: Function<Ping>) {}
async fn health(_: Public<Health>) {}

#[test]
fn every_operation_of_a_library_s_document_is_understood() {
    let airside = ResourceServer::trusting("https://id.example")
        .for_audience("https://notes.example")
        .build()
        .unwrap();
    let routes = Router::<State>::new()
        .get("/notes", list)
        .post("/notes", create)
        .get("/notes/{id}", read)
        .put("/notes/{id}", change)
        .post("/purge", purge)
        .get("/ping", ping)
        .get("/health", health);
    let document = routes.openapi(serde_json::json!({}), &airside).unwrap();

    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    fs::write(file("api.json"), document.to_string()).unwrap();
    let text = "upstream = \"http://127.0.0.1:1\"\nissuer = \"http://127.0.0.1:2\"\n\
        audience = \"https://notes.example\"\nopenapi = \"api.json\"\n";
    fs::write(file("guard.toml"), text).unwrap();
    let configuration = Configuration::read(&file("guard.toml"), &|_| None);
    let configuration = configuration.unwrap_or_else(|problems| panic!("{problems}"));
    let lines = check::lines(&configuration);
    let mut lines: Vec<_> = lines
        .iter()
        .map(|line| {
            format!(
                "{} {} {}: {}",
                line.method, line.path, line.class, line.rule
            )
        })
        .collect();
    lines.sort();
    let expected = [
        "GET /health public: public: load balancer probe",
        "GET /notes sound: scope `notes:read`",
        "GET /notes/{id} sound: scope `notes:read`",
        "GET /ping sound: any token",
        "POST /notes sound: scope `notes:write` and a person",
        "POST /purge sound: role `admin` and signed in within 300 s",
        "PUT /notes/{id} sound: scope `notes:write` and a person",
    ];
    assert_eq!(lines, expected);
}
