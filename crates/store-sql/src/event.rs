//! The audit trail: the table `event`.

use airside_oauth::{
    event::{Event, EventKind, Origin},
    id::{ClientId, EventId, GrantId, UserId},
};
use airside_store::EventQuery;

use crate::{failure::Inconsistent, row::Row, statement::Statement};

/// Appends an event. The same event twice is one: an append whose answer was lost is repeated.
pub(crate) fn insert(event: &Event) -> Statement<'_> {
    Statement::new(
        "INSERT INTO event (id, at, kind, client_id, user_id, grant_id, address, trace_id, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        vec![
            event.id.as_bytes().into(),
            event.at.into(),
            event.kind.as_str().into(),
            event.client.as_ref().map(ClientId::as_str).into(),
            event.user.as_ref().map(UserId::as_bytes).into(),
            event.grant.as_ref().map(GrantId::as_bytes).into(),
            event
                .origin
                .address
                .map(|address| address.to_string())
                .into(),
            event.origin.trace_id.as_str().into(),
            event.detail.as_str().into(),
        ],
    )
}

/// Events that match `query`, newest first. The comparison comes before `IS NULL`, because it
/// tells PostgreSQL the parameter's type.
pub(crate) fn search(query: &EventQuery) -> Statement<'_> {
    Statement::new(
        "SELECT id, at, kind, client_id, user_id, grant_id, address, trace_id, detail FROM event \
         WHERE id < $1 AND (at >= $2 OR $2 IS NULL) AND (kind = $3 OR $3 IS NULL) \
         AND (client_id = $4 OR $4 IS NULL) AND (user_id = $5 OR $5 IS NULL) \
         ORDER BY id DESC LIMIT $6",
        vec![
            query
                .before
                .as_ref()
                .map_or(&LAST, EventId::as_bytes)
                .into(),
            query.since.into(),
            query.kind.map(EventKind::as_str).into(),
            query.client.as_ref().map(ClientId::as_str).into(),
            query.user.as_ref().map(UserId::as_bytes).into(),
            query.limit.into(),
        ],
    )
}

/// The one place where a row becomes an event.
pub(crate) fn read(row: &Row<'_>) -> Result<Event, Inconsistent> {
    Ok(Event {
        id: EventId::from_bytes(row.array("id")?),
        at: row.time("at")?,
        kind: row.text("kind", EventKind::parse)?,
        client: row.text_or_null("client_id", |text| text.parse().ok())?,
        user: row.array_or_null("user_id")?.map(UserId::from_bytes),
        grant: row.array_or_null("grant_id")?.map(GrantId::from_bytes),
        origin: Origin {
            address: row.text_or_null("address", |text| text.parse().ok())?,
            trace_id: row.text("trace_id", |text| Some(text.to_owned()))?,
        },
        detail: row.text("detail", |text| Some(text.to_owned()))?,
    })
}

pub(crate) const TABLE: &str = "event";

/// No UUIDv7 is as high: its version is not `f`.
const LAST: [u8; 16] = [0xff; 16];
