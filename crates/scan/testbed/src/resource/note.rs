//! Notes: a refusal is 200 with an error in the body.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;
use serde_json::{Value, json};

use crate::{
    Hole,
    answer::{Answer, ApiError, created, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/notes", get(list).post(create))
        .route("/notes/{id}", get(read).put(replace).delete(delete))
}

async fn list(State(app): State<App>, caller: Caller) -> Answer {
    let notes = app.db().rows(
        "SELECT * FROM notes WHERE owner = ?",
        params![caller.username],
    )?;
    ok(json!({ "ok": true, "notes": notes.into_iter().map(Value::from).collect::<Vec<_>>() }))
}

async fn create(State(app): State<App>, caller: Caller, fields: Fields) -> Answer {
    let mut columns = fields.create(FIELDS)?;
    let id = app.uuid();
    columns.push(("id", id.clone().into()));
    columns.push(("owner", caller.username.into()));
    app.db().insert("notes", &columns)?;
    created(json!({ "ok": true, "note": Value::from(find(&app, &id)?) }))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    answer(own(&app, &caller, &id, Hole::NoteRead), &id)
}

async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    fields: Fields,
) -> Answer {
    let replaced = own(&app, &caller, &id, Hole::NoteUpdate).and_then(|_| {
        let columns = fields.create(FIELDS)?;
        app.db()
            .update("notes", ("id", id.clone().into()), &columns)?;
        find(&app, &id)
    });
    answer(replaced, &id)
}

async fn delete(State(app): State<App>, caller: Option<Caller>, Path(id): Path<String>) -> Answer {
    let deleted = match &caller {
        Some(caller) => find(&app, &id).and_then(|note| owner_only(caller, note)),
        None if app.is_open(Hole::NoteDeleteAnonymous) => find(&app, &id),
        None => Err(ApiError::Unauthorized),
    };
    if deleted.is_ok() {
        app.db()
            .run("DELETE FROM notes WHERE id = ?", params![id])?;
    }
    answer(deleted, &id)
}

fn own(app: &App, caller: &Caller, id: &str, hole: Hole) -> Result<Record, ApiError> {
    let note = find(app, id)?;
    app.require(caller.is(note.text("owner")), hole)?;
    Ok(note)
}

fn owner_only(caller: &Caller, note: Record) -> Result<Record, ApiError> {
    if caller.is(note.text("owner")) {
        Ok(note)
    } else {
        Err(ApiError::NotFound)
    }
}

fn find(app: &App, id: &str) -> Result<Record, ApiError> {
    app.db()
        .row("SELECT * FROM notes WHERE id = ?", params![id])
}

/// Answers 200 for a note that is not found, too; the text names the id that was asked for.
fn answer(note: Result<Record, ApiError>, id: &str) -> Answer {
    match note {
        Ok(note) => ok(json!({ "ok": true, "note": Value::from(note) })),
        Err(ApiError::NotFound) => {
            ok(json!({ "ok": false, "error": format!("there is no note {id}") }))
        }
        Err(other) => Err(other),
    }
}

const FIELDS: &[Field] = &[
    Field::text("body"),
    Field::one_of("color", &["yellow", "green", "pink"]).optional(),
];
