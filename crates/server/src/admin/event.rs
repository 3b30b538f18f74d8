//! The audit trail.

use std::sync::Arc;

use airside_oauth::{
    event::{Event, EventKind},
    id::{ClientId, EventId},
    time::Time,
    user::Username,
};
use airside_resource::Function;
use airside_store::{EventQuery, NamedEvent, Unavailable};
use axum::{
    extract::{Query, State},
    response::Response,
};
use form_urlencoded::Serializer;
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};

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

/// An event with the names of whoever it is about.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    event: &'a Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<String>,
}

impl<'a> Shown<'a> {
    fn of(named: &'a NamedEvent, issuer: &Issuer) -> Self {
        let client = named.event.client.as_ref();
        let client = client.and_then(|id| issuer.registration(id));
        Self {
            event: &named.event,
            username: named.username.as_deref(),
            client_name: client.and_then(|client| client.client_name.clone()),
        }
    }
}

/// At most `limit` events; a `Link` to the next page (RFC 8288) says that there are more.
pub(super) async fn search(
    _: Function<ReadEvents>,
    State(issuer): State<Arc<Issuer>>,
    Query(search): Query<Search>,
) -> Result<Response, AdminError> {
    // what was noted before this request is in its answer
    issuer.trail.flush(issuer.store.as_ref()).await?;
    let query = search.query(&issuer).await?;
    let mut events = issuer.store.named_events(&query).await?;
    let limit = search.limit();
    let more = events.split_off(events.len().min(limit));
    let shown: Vec<_> = events.iter().map(|it| Shown::of(it, &issuer)).collect();
    let mut response = ok(&shown);
    if let (Some(last), false) = (events.last(), more.is_empty()) {
        let next = search.after(&issuer, last.event.id);
        let link = HeaderValue::try_from(format!("<{next}>; rel=\"next\""));
        let link = link.map_err(|error| AdminError::broken(error.to_string()))?;
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

impl Search {
    fn limit(&self) -> usize {
        let limit = self.limit.unwrap_or(USUAL_LIMIT).clamp(1, MAX_LIMIT);
        usize::try_from(limit).unwrap_or(usize::MAX)
    }

    /// One event more than is shown tells whether there are more.
    async fn query(&self, issuer: &Issuer) -> Result<EventQuery, AdminError> {
        let query = EventQuery {
            kind: self.kind.as_deref().map(kind).transpose()?,
            client: self.client.clone(),
            since: self.since.map(Time::from_millis),
            before: self.before,
            limit: u32::try_from(self.limit()).unwrap_or(MAX_LIMIT) + 1,
            ..EventQuery::default()
        };
        let Some(name) = self.user.as_deref() else {
            return Ok(query);
        };
        if let Ok(id) = name.parse() {
            let user = Some(id);
            return Ok(EventQuery { user, ..query });
        }
        let unknown = || AdminError::invalid(format!("there is and was no user `{name}`"));
        let username = Username::parse(name).map_err(|_| unknown())?;
        if !is_or_was(issuer, &username).await? {
            return Err(unknown());
        }
        let username = Some(username);
        Ok(EventQuery { username, ..query })
    }

    /// The address of the events that are older than `last`.
    fn after(&self, issuer: &Issuer, last: EventId) -> String {
        let mut query = Serializer::new(String::new());
        let client = self.client.as_ref().map(ToString::to_string);
        let since = self.since.map(|since| since.to_string());
        let limit = self.limit.map(|limit| limit.to_string());
        let before = Some(last.to_string());
        for (name, value) in [
            ("kind", &self.kind),
            ("client", &client),
            ("user", &self.user),
            ("since", &since),
            ("limit", &limit),
            ("before", &before),
        ] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        format!("{}/events?{}", issuer.profile().admin_api(), query.finish())
    }
}

fn kind(name: &str) -> Result<EventKind, AdminError> {
    EventKind::parse(name).ok_or_else(|| {
        let nearest = EventKind::nearest(name).as_str();
        AdminError::invalid(format!(
            "there is no event kind `{name}`; the nearest is `{nearest}`"
        ))
    })
}

/// Whether an account has this name, or a deleted one had it.
async fn is_or_was(issuer: &Issuer, name: &Username) -> Result<bool, Unavailable> {
    if issuer.store.user(name).await?.is_some() {
        return Ok(true);
    }
    let deletions = EventQuery {
        kind: Some(EventKind::UserDeleted),
        username: Some(name.clone()),
        limit: 1,
        ..EventQuery::default()
    };
    Ok(!issuer.store.events(&deletions).await?.is_empty())
}

const USUAL_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1_000;
