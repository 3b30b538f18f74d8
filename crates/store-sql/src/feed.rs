//! Revocations in commit order: the table `feed`.

use std::time::Duration;

use airside_oauth::{
    id::{GrantId, UserId},
    state::feed::{FeedEntry, FeedSubject},
    time::Time,
};

use crate::{
    dialect::Dialect,
    error::InconsistentRow,
    row::Row,
    statement::{Statement, Value},
};

pub(crate) fn insert(entry: &FeedEntry) -> Statement<'_> {
    Statement::new(
        "INSERT INTO feed (kind, value, at, until) VALUES ($1, $2, $3, $4)",
        vec![
            entry.subject.kind().into(),
            value(&entry.subject),
            entry.at.into(),
            kept_by_older_versions(entry.at).into(),
        ],
    )
}

/// The column `until`, by which nodes of older versions on the same database forget a revocation. This
/// version asks how long tokens live when it forgets: no access token lives for more than a day.
pub(crate) fn kept_by_older_versions(at: Time) -> Time {
    at.plus(DAY)
}

/// The revocations of one subject, oldest first.
pub(crate) fn of(subject: &FeedSubject) -> Statement<'_> {
    Statement::new(
        "SELECT position, kind, value, at FROM feed WHERE kind = $1 AND value = $2 \
         ORDER BY position",
        vec![subject.kind().into(), value(subject)],
    )
}

/// The revocations behind a position, in the order of their commits.
pub(crate) fn behind(after: i64, limit: u32) -> Statement<'static> {
    Statement::new(
        "SELECT position, kind, value, at FROM feed WHERE position > $1 \
         ORDER BY position LIMIT $2",
        vec![after.into(), i64::from(limit).into()],
    )
}

/// Revokes the access tokens of every client that were issued until then: those of people too.
#[cfg(feature = "postgres")]
pub(crate) fn revoke_every_client(at: Time, dialect: Dialect) -> Statement<'static> {
    macro_rules! insert {
        ($value:literal) => {
            concat!(
                "INSERT INTO feed (kind, value, at, until) SELECT 'client', ",
                $value,
                ", $1, $2 FROM client ORDER BY client_id"
            )
        };
    }
    let sql = match dialect {
        Dialect::Sqlite => insert!("CAST(client_id AS BLOB)"),
        Dialect::Postgres => insert!("convert_to(client_id, 'UTF8')"),
    };
    Statement::new(sql, vec![at.into(), kept_by_older_versions(at).into()])
}

/// The last position that was ever given.
pub(crate) fn head(dialect: Dialect) -> Statement<'static> {
    let sql = match dialect {
        Dialect::Sqlite => {
            "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'feed'), 0)"
        }
        #[cfg(feature = "postgres")]
        Dialect::Postgres => "SELECT position FROM feed_head WHERE one = 1",
    };
    Statement::new(sql, Vec::new())
}

/// The position of the oldest revocation; NULL if there is none.
pub(crate) fn oldest() -> Statement<'static> {
    Statement::new("SELECT min(position) FROM feed", Vec::new())
}

/// The answer to [`oldest`].
pub(crate) fn read_oldest(row: &Row<'_>) -> Result<Option<i64>, InconsistentRow> {
    row.integer_or_null("position")
}

/// The one place where a row becomes a position.
pub(crate) fn read_head(row: &Row<'_>) -> Result<i64, InconsistentRow> {
    row.integer("position")
}

/// Bytes, so that the revocations of many grants can be made from their ids in one statement.
fn value(subject: &FeedSubject) -> Value<'_> {
    match subject {
        FeedSubject::Grant(id) => id.as_bytes().into(),
        FeedSubject::User(id) => id.as_bytes().into(),
        FeedSubject::Client(id) => id.as_str().as_bytes().into(),
        FeedSubject::Jti(text) | FeedSubject::Kid(text) => text.as_bytes().into(),
    }
}

/// The one place where a row becomes a revocation.
pub(crate) fn read(row: &Row<'_>) -> Result<FeedEntry, InconsistentRow> {
    let (_, entry) = read_with_position(row)?;
    Ok(entry)
}

/// The same, with the position.
pub(crate) fn read_with_position(row: &Row<'_>) -> Result<(i64, FeedEntry), InconsistentRow> {
    let position = row.integer("position")?;
    let kind = row.text("kind", |text| Some(text.to_owned()))?;
    let entry = FeedEntry {
        subject: row.bytes("value", |bytes| subject(&kind, bytes))?,
        at: row.time("at")?,
    };
    Ok((position, entry))
}

fn subject(kind: &str, bytes: &[u8]) -> Option<FeedSubject> {
    match kind {
        "grant" => Some(FeedSubject::Grant(GrantId::from_bytes(
            bytes.try_into().ok()?,
        ))),
        "user" => Some(FeedSubject::User(UserId::from_bytes(
            bytes.try_into().ok()?,
        ))),
        _ => FeedSubject::parse(kind, std::str::from_utf8(bytes).ok()?),
    }
}

pub(crate) const TABLE: &str = "feed";

/// The number of columns of a row.
#[cfg(feature = "postgres")]
pub(crate) const COLUMNS: usize = 4;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
