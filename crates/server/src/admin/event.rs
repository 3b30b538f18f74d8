//! The audit trail.

use std::borrow::Cow;

use airside_oauth::{
    id::{ClientId, EventId},
    state::{
        event::{Event, EventKind},
        user::{TypedName, Username},
    },
    time::{Time, Timestamp},
};
use airside_resource::Function;
use airside_store::{EventQuery, NamedEvent, Unavailable};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use super::{
    AdminError,
    action::ReadEvents,
    answer::Listing,
    call::Call,
    input::{Nothing, Page},
};
use crate::issuer::Issuer;

/// The conditions of a search; all must hold.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Search {
    /// Only events of this kind.
    kind: Option<EventKind>,
    /// Only events about this client.
    client: Option<ClientId>,
    /// Only events about the account of this name or `sub`; also of a deleted one.
    #[schemars(length(min = 1))]
    user: Option<String>,
    /// Only events at this time (RFC 3339, or milliseconds since 1970-01-01T00:00:00Z) or later.
    since: Option<Since>,
    /// Only events older than this one.
    before: Option<EventId>,
    #[serde(flatten)]
    page: Page,
}

/// The time that a search begins with: RFC 3339, or milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug)]
struct Since(Time);

impl<'de> Deserialize<'de> for Since {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let millis = value.as_i64().map(Time::from_millis);
        let time = match millis {
            Some(time) => time,
            None => Timestamp::deserialize(value)
                .map_err(D::Error::custom)?
                .time(),
        };
        Ok(Self(time))
    }
}

impl JsonSchema for Since {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Since".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "integer"], "format": "date-time",
            "minimum": 0, "maximum": 9_007_199_254_740_991_i64,
        })
    }
}

/// An event with the names of its user and client.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NamedEvent")]
pub(super) struct ShownEvent {
    #[serde(flatten)]
    event: Event,
    /// The name of the account, if it has one or had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// The name of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<String>,
}

impl ShownEvent {
    fn of(named: NamedEvent, issuer: &Issuer) -> Self {
        let client = named.event.client.as_ref();
        let client = client.and_then(|id| issuer.registration(id));
        Self {
            event: named.event,
            username: named.username,
            client_name: client.and_then(|client| client.client_name.clone()),
        }
    }
}

pub(super) async fn search(
    _: Function<ReadEvents>,
    call: Call<Nothing, Search>,
) -> Result<Listing<ShownEvent>, AdminError> {
    let (search, issuer) = (&call.query, &call.context.issuer);
    // what was noted before this request is in its answer
    issuer.audit_buffer.flush(issuer.store.as_ref()).await?;
    let after = call.after(&search.page)?;
    let query = EventQuery {
        // the newest is the first: what follows is older
        before: after.or(search.before),
        limit: search.page.limit_and_next(),
        ..search.query(issuer).await?
    };
    let events = issuer.store.named_events(&query).await?;
    let shown = events
        .into_iter()
        .map(|named| ShownEvent::of(named, issuer));
    let limit = search.page.limit();
    Ok(call.listing(limit, shown.collect(), |shown| shown.event.id.to_string()))
}

impl Search {
    async fn query(&self, issuer: &Issuer) -> Result<EventQuery, AdminError> {
        let query = EventQuery {
            kind: self.kind,
            client: self.client.clone(),
            since: self.since.map(|since| since.0),
            ..EventQuery::default()
        };
        let Some(name) = self.user.as_deref() else {
            return Ok(query);
        };
        if let Ok(id) = name.parse() {
            let user = Some(id);
            return Ok(EventQuery { user, ..query });
        }
        let username = Some(known_name(issuer, name).await?);
        Ok(EventQuery { username, ..query })
    }
}

/// The name of the account that `name` finds, else of the one that was deleted with it.
async fn known_name(issuer: &Issuer, name: &str) -> Result<Username, AdminError> {
    let unknown = || AdminError::invalid(format!("there is and was no user `{name}`"));
    let typed = TypedName::parse(name).map_err(|_| unknown())?;
    match issuer.store.user(&typed).await? {
        Some(user) => Ok(user.username),
        None => deleted_name(issuer, name).await?.ok_or_else(unknown),
    }
}

/// The name of a deleted account, in the form of RFC 8265 or in that of an earlier version.
async fn deleted_name(issuer: &Issuer, name: &str) -> Result<Option<Username>, Unavailable> {
    let precis = Username::parse_any_scripts(name).ok();
    let earlier = Username::stored(&name.trim().to_lowercase());
    for username in precis.into_iter().chain(earlier) {
        let deletions = EventQuery {
            kind: Some(EventKind::UserDeleted),
            username: Some(username.clone()),
            limit: 1,
            ..EventQuery::default()
        };
        if !issuer.store.events(&deletions).await?.is_empty() {
            return Ok(Some(username));
        }
    }
    Ok(None)
}
