//! Members of a team: everybody sees who they are, members what they do, the owner the remarks.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use rusqlite::params;
use serde_json::Value;

use crate::{
    Hole,
    answer::{Answer, ApiError, no_content, ok},
    app::App,
    caller::Caller,
    database::Record,
    fields::{Field, Fields},
    resource::team,
};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/teams/{team}/members", get(list))
        .route(
            "/teams/{team}/members/{username}",
            get(read).put(write).delete(delete),
        )
}

async fn list(State(app): State<App>, caller: Caller, Path(team): Path<String>) -> Answer {
    let is_owner = caller.is(team::find(&app, &team)?.text("owner"));
    let sql = "SELECT * FROM members WHERE team = ? ORDER BY username";
    let members = app.db().rows(sql, params![team])?;
    let shown = members
        .into_iter()
        .map(|member| app.hide(member, &["remark"], is_owner, Hole::TeamMembersRemarks));
    ok(shown.map(Value::from).collect::<Vec<_>>())
}

async fn read(
    State(app): State<App>,
    caller: Caller,
    Path((team, username)): Path<(String, String)>,
) -> Answer {
    let member = find(&app, &team, &username)?;
    app.require(team::is_member(&app, &caller, &team)?, Hole::TeamMemberRead)?;
    ok(member)
}

async fn write(
    State(app): State<App>,
    caller: Caller,
    Path((team, username)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    const FIELDS: &[Field] = &[
        Field::one_of("duty", &["reader", "writer", "lead"]),
        Field::text("remark").optional(),
    ];
    owned(&app, &caller, &team, Hole::TeamMemberWrite)?;
    let columns = fields.create(FIELDS)?;
    app.db().row(
        "SELECT 1 FROM users WHERE username = ? AND NOT is_deleted",
        params![username],
    )?;
    let add = "INSERT OR IGNORE INTO members (team, username) VALUES (?, ?)";
    app.db().run(add, params![team, username])?;
    let row = app.db().row(ROW, params![team, username])?.number("row");
    app.db()
        .update("members", ("rowid", row.into()), &columns)?;
    ok(find(&app, &team, &username)?)
}

async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((team, username)): Path<(String, String)>,
) -> Answer {
    owned(&app, &caller, &team, Hole::TeamMemberDelete)?;
    find(&app, &team, &username)?;
    let sql = "DELETE FROM members WHERE team = ? AND username = ?";
    app.db().run(sql, params![team, username])?;
    no_content()
}

fn owned(app: &App, caller: &Caller, team: &str, hole: Hole) -> Result<(), ApiError> {
    let owner = team::find(app, team)?;
    app.require_or(caller.is(owner.text("owner")), hole, ApiError::Forbidden)
}

fn find(app: &App, team: &str, username: &str) -> Result<Record, ApiError> {
    let sql = "SELECT * FROM members WHERE team = ? AND username = ?";
    app.db().row(sql, params![team, username])
}

const ROW: &str = "SELECT rowid AS row FROM members WHERE team = ? AND username = ?";
