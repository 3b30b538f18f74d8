//! Who calls: the bearer token of a request, or what the guard before the API says.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use rusqlite::params;

use crate::{Hole, answer::ApiError, app::App, database::Record};

/// The person whose token came with the request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) role: String,
    pub(crate) tenant: String,
    pub(crate) token: String,
}

impl Caller {
    pub(crate) fn is(&self, username: &str) -> bool {
        self.username == username
    }

    pub(crate) fn is_administrator(&self) -> bool {
        self.role == "admin"
    }

    /// Returns the person of a request; without any credential, nobody.
    fn of(parts: &Parts, app: &App) -> Result<Option<Self>, ApiError> {
        let header = |name: &str| parts.headers.get(name)?.to_str().ok();
        if app.conditions().is_behind_guard {
            let subject = header(SUBJECT).filter(|subject| !subject.is_empty());
            let roles = header(ROLES).unwrap_or_default();
            return subject
                .map(|subject| Self::of_guard(app, subject, roles))
                .transpose();
        }
        let token = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        token.map(|token| Self::of_token(app, token)).transpose()
    }

    fn of_token(app: &App, token: &str) -> Result<Self, ApiError> {
        let found = app.db().row(
            "SELECT users.*, expires_at, is_signed_out FROM tokens JOIN users USING (username) \
             WHERE token = ? AND NOT is_deleted",
            params![token],
        );
        let found = found.map_err(unauthorized)?;
        let is_live = found.number("expires_at") > app.now();
        app.require_or(is_live, Hole::ExpiredToken, ApiError::Unauthorized)?;
        let is_signed_in = !found.is("is_signed_out");
        app.require_or(is_signed_in, Hole::SignedOutToken, ApiError::Unauthorized)?;
        Ok(Self::read(&found, token))
    }

    /// The guard has verified the token; a caller who comes for the first time gets a record.
    fn of_guard(app: &App, subject: &str, roles: &str) -> Result<Self, ApiError> {
        let roles: Vec<_> = roles.split([' ', ',']).collect();
        let has = |role: &&&str| roles.contains(*role);
        let role = ["admin", "support"].iter().find(has).unwrap_or(&"customer");
        let db = app.db();
        let known = "SELECT * FROM users WHERE username = ?";
        if db.rows(known, params![subject])?.is_empty() {
            let columns = [
                ("username", subject.to_owned().into()),
                ("password", String::new().into()),
                ("email", format!("{subject}@mail.example").into()),
                ("role", (*role).to_owned().into()),
            ];
            db.insert_person(&columns, subject)?;
        }
        let found = db.row(
            "SELECT * FROM users WHERE username = ? AND NOT is_deleted",
            params![subject],
        );
        Ok(Self::read(&found.map_err(unauthorized)?, ""))
    }

    fn read(found: &Record, token: &str) -> Self {
        Self {
            id: found.number("id"),
            username: found.text("username").to_owned(),
            role: found.text("role").to_owned(),
            tenant: found.text("tenant").to_owned(),
            token: token.to_owned(),
        }
    }
}

fn unauthorized(error: ApiError) -> ApiError {
    match error {
        ApiError::NotFound => ApiError::Unauthorized,
        other => other,
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Self::of(parts, app)?.ok_or(ApiError::Unauthorized)
    }
}

/// No token is nobody; a wrong one is refused.
impl OptionalFromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, ApiError> {
        Self::of(parts, app)
    }
}

/// The headers in which the guard says who calls.
const SUBJECT: &str = "airside-subject";
const ROLES: &str = "airside-roles";
