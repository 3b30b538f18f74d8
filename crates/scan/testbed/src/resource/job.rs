//! Jobs: work that is done later.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;

use crate::{
    answer::{Answer, ApiError, ok},
    app::App,
    caller::Caller,
    database::{Database, Record},
};

pub(super) fn router() -> Router<App> {
    Router::new().route("/jobs/{id}", get(read))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Answer {
    let sql = "SELECT id, kind, target, status FROM jobs WHERE id = ? AND owner = ?";
    ok(app.db().row(sql, params![id, caller.username])?)
}

impl App {
    /// Begins a job that is due in 250 ms; returns its id.
    pub(super) fn start_job(
        &self,
        caller: &Caller,
        kind: &str,
        target: &str,
    ) -> Result<String, ApiError> {
        let id = self.uuid();
        self.db().run(
            "INSERT INTO jobs (id, owner, kind, target, due_at) VALUES (?, ?, ?, ?, ?)",
            params![id, caller.username, kind, target, self.now() + DELAY],
        )?;
        Ok(id)
    }

    /// Does the work of the jobs whose time has come.
    pub(crate) fn run_due_jobs(&self) -> Result<(), ApiError> {
        let db = self.db();
        let due = "SELECT * FROM jobs WHERE status = 'pending' AND due_at <= ?";
        for job in db.rows(due, params![self.now()])? {
            run(&db, &job)?;
            db.run(
                "UPDATE jobs SET status = 'done' WHERE id = ?",
                params![job.text("id")],
            )?;
        }
        Ok(())
    }
}

fn run(db: &Database, job: &Record) -> Result<(), ApiError> {
    let target = job.text("target");
    match job.text("kind") {
        "cancel" => db.run("UPDATE orders SET status = 'cancelled' WHERE id = ?", params![target])?,
        _ => db.run(
            "UPDATE exports SET status = 'done', content = 'orders of ' || owner || ': ' || \
             coalesce((SELECT group_concat(ship_to, '; ') FROM orders WHERE customer = owner), 'none') \
             WHERE id = ?",
            params![target],
        )?,
    };
    Ok(())
}

/// In milliseconds.
const DELAY: i64 = 250;
