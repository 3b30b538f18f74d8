//! The audit trail.

use std::sync::Arc;

use airside_oauth::{
    event::EventKind,
    id::{ClientId, EventId},
    time::Time,
    user::TypedName,
};
use airside_resource::Function;
use airside_store::EventQuery;
use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use super::{AdminError, action::ReadEvents, ok};
use crate::issuer::Issuer;

/// Which events; all conditions must hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    kind: Option<String>,
    client: Option<ClientId>,
    user: Option<String>,
    since: Option<i64>,
    before: Option<EventId>,
    limit: Option<u32>,
}

pub(super) async fn search(
    _: Function<ReadEvents>,
    State(issuer): State<Arc<Issuer>>,
    Query(search): Query<Search>,
) -> Result<Response, AdminError> {
    // what was noted before this request is in its answer
    issuer.trail.flush(issuer.store.as_ref()).await?;
    let unknown =
        |what: &str, name: &str| AdminError::invalid(format!("there is no {what} `{name}`"));
    let kind = match search.kind.as_deref() {
        Some(name) => Some(EventKind::parse(name).ok_or_else(|| unknown("event kind", name))?),
        None => None,
    };
    let user = match search.user.as_deref() {
        Some(name) => Some(
            user_id(&issuer, name)
                .await?
                .ok_or_else(|| unknown("user", name))?,
        ),
        None => None,
    };
    let query = EventQuery {
        kind,
        client: search.client,
        user,
        since: search.since.map(Time::from_millis),
        before: search.before,
        limit: search.limit.unwrap_or(100).min(1_000),
    };
    Ok(ok(&issuer.store.events(&query).await?))
}

/// By id or by name.
async fn user_id(
    issuer: &Issuer,
    name: &str,
) -> Result<Option<airside_oauth::id::UserId>, AdminError> {
    if let Ok(id) = name.parse() {
        return Ok(Some(id));
    }
    let Ok(name) = TypedName::parse(name) else {
        return Ok(None);
    };
    Ok(issuer.store.user(&name).await?.map(|user| user.id))
}
