//! The audit trail: the table `event`.

use std::sync::LazyLock;

use airside_oauth::{
    id::{ClientId, EventId, GrantId, UserId},
    state::{
        event::{Event, EventKind, Origin},
        user::Username,
    },
};
use airside_store::{EventQuery, NamedEvent};

use crate::{
    error::InconsistentRow,
    row::Row,
    statement::{LAST_ID, Statement, Value},
};

macro_rules! insert {
    () => {
        "INSERT INTO event (id, at, kind, client_id, user_id, grant_id, address, trace_id, detail) \
         VALUES "
    };
}

macro_rules! ignore {
    () => {
        " ON CONFLICT DO NOTHING"
    };
}

/// Appends an event. The same event twice is one: an append whose answer was lost is repeated.
pub(crate) fn insert(event: &Event) -> Statement<'_> {
    Statement::new(
        concat!(insert!(), "($1, $2, $3, $4, $5, $6, $7, $8, $9)", ignore!()),
        Vec::from(values(event)),
    )
}

/// The same for many: one statement for some of them costs the server and this process less than one each.
pub(crate) fn insert_many(events: &[Event]) -> Vec<Statement<'_>> {
    let together = events.chunks_exact(TOGETHER);
    let rest = together.remainder().iter().map(insert);
    let together = together.map(|events| {
        let values = events.iter().flat_map(values).collect();
        Statement::new(INSERT_TOGETHER.as_str(), values)
    });
    together.chain(rest).collect()
}

static INSERT_TOGETHER: LazyLock<String> = LazyLock::new(|| {
    let row = |row: usize| {
        let parameters = (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column));
        format!("({})", parameters.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<_> = (0..TOGETHER).map(row).collect();
    format!("{}{}{}", insert!(), rows.join(", "), ignore!())
});

fn values(event: &Event) -> [Value<'_>; COLUMNS] {
    let address = event.origin.address;
    [
        event.id.as_bytes().into(),
        event.at.into(),
        event.kind.as_str().into(),
        event.client.as_ref().map(ClientId::as_str).into(),
        event.user.as_ref().map(UserId::as_bytes).into(),
        event.grant.as_ref().map(GrantId::as_bytes).into(),
        address.map(|address| address.to_string()).into(),
        event.origin.trace_id.as_str().into(),
        event.detail.as_str().into(),
    ]
}

/// Events that match `query`, newest first, with the names of their users: that of a deleted one is in
/// the event of its deletion. A comparison comes before `IS NULL`, because it tells PostgreSQL the
/// parameter's type.
pub(crate) fn search(query: &EventQuery) -> Statement<'_> {
    Statement::new(
        "SELECT event.id, event.at, event.kind, event.client_id, event.user_id, event.grant_id, \
         event.address, event.trace_id, event.detail, COALESCE(\"user\".username, \
         (SELECT deleted.detail FROM event AS deleted WHERE deleted.user_id = event.user_id \
         AND deleted.kind = 'user.deleted' LIMIT 1)) \
         FROM event LEFT JOIN \"user\" ON \"user\".id = event.user_id \
         WHERE event.id < $1 AND (event.at >= $2 OR $2 IS NULL) \
         AND (event.kind = $3 OR $3 IS NULL) AND (event.client_id = $4 OR $4 IS NULL) \
         AND (event.user_id = $5 OR $5 IS NULL) \
         AND (event.user_id IN (SELECT named.id FROM \"user\" AS named WHERE named.username = $6 \
         UNION ALL SELECT deleted.user_id FROM event AS deleted \
         WHERE deleted.detail = $6 AND deleted.kind = 'user.deleted') OR $6 IS NULL) \
         ORDER BY event.id DESC LIMIT $7",
        vec![
            query
                .before
                .as_ref()
                .map_or(&LAST_ID, EventId::as_bytes)
                .into(),
            query.since.into(),
            query.kind.map(EventKind::as_str).into(),
            query.client.as_ref().map(ClientId::as_str).into(),
            query.user.as_ref().map(UserId::as_bytes).into(),
            query.username.as_ref().map(Username::as_str).into(),
            query.limit.into(),
        ],
    )
}

/// The one place where a row becomes an event.
pub(crate) fn read(row: &Row<'_>) -> Result<NamedEvent, InconsistentRow> {
    let event = Event {
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
    };
    let username = row.text_or_null("username", |text| Some(text.to_owned()))?;
    Ok(NamedEvent { event, username })
}

pub(crate) const TABLE: &str = "event";

/// The number of columns.
const COLUMNS: usize = 9;

/// Events that one statement appends: few enough that its text stays short.
const TOGETHER: usize = 32;
