//! Who calls: the bearer token of a request.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::{header::AUTHORIZATION, request::Parts};
use rusqlite::params;

use crate::{Hole, answer::ApiError, app::App};

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

    fn of(app: &App, token: &str) -> Result<Self, ApiError> {
        let refused = |error| match error {
            ApiError::NotFound => ApiError::Unauthorized,
            other => other,
        };
        let found = app.db().row(
            "SELECT users.*, expires_at, is_signed_out FROM tokens JOIN users USING (username) \
             WHERE token = ? AND NOT is_deleted",
            params![token],
        );
        let found = found.map_err(refused)?;
        let is_live = found.number("expires_at") > app.now();
        app.require_or(is_live, Hole::ExpiredToken, ApiError::Unauthorized)?;
        let is_signed_in = !found.is("is_signed_out");
        app.require_or(is_signed_in, Hole::SignedOutToken, ApiError::Unauthorized)?;
        Ok(Self {
            id: found.number("id"),
            username: found.text("username").to_owned(),
            role: found.text("role").to_owned(),
            tenant: found.text("tenant").to_owned(),
            token: token.to_owned(),
        })
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = bearer(parts).ok_or(ApiError::Unauthorized)?;
        Self::of(app, token)
    }
}

/// No token is nobody; a wrong one is refused.
impl OptionalFromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, ApiError> {
        bearer(parts).map(|token| Self::of(app, token)).transpose()
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    parts
        .headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}
