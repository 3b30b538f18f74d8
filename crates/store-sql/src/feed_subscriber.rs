//! The feed subscribers of every node: the table `follower`, which only a store that several nodes
//! share has.

use airside_oauth::time::Time;
use airside_store::FeedSubscriber;

use crate::{error::InconsistentRow, row::Row, statement::Statement};

/// The state of a feed subscriber; what another node has recorded since stays.
pub(crate) fn put(subscriber: &FeedSubscriber) -> Statement<'_> {
    Statement::new(
        "INSERT INTO follower (client_id, instance, kids, seen_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (client_id, instance) DO UPDATE \
         SET kids = excluded.kids, seen_at = excluded.seen_at \
         WHERE follower.seen_at <= excluded.seen_at",
        vec![
            subscriber.client.as_str().into(),
            subscriber.instance.as_str().into(),
            subscriber.kids.join(" ").into(),
            subscriber.seen_at.into(),
        ],
    )
}

/// Forgets those that were not seen since; leaves alone what another node writes at that moment.
pub(crate) fn forget(since: Time) -> Statement<'static> {
    Statement::new(
        "DELETE FROM follower WHERE (client_id, instance) IN (SELECT client_id, instance \
         FROM follower WHERE seen_at < $1 FOR UPDATE SKIP LOCKED)",
        vec![since.into()],
    )
}

pub(crate) fn seen(since: Time) -> Statement<'static> {
    Statement::new(
        "SELECT client_id, instance, kids, seen_at FROM follower WHERE seen_at >= $1",
        vec![since.into()],
    )
}

/// The one place where a row becomes a feed subscriber.
pub(crate) fn read(row: &Row<'_>) -> Result<FeedSubscriber, InconsistentRow> {
    Ok(FeedSubscriber {
        client: row.text("client_id", |text| text.parse().ok())?,
        instance: row.text("instance", |text| Some(text.to_owned()))?,
        kids: row.text("kids", |text| {
            let kids = text.split(' ').filter(|kid| !kid.is_empty());
            Some(kids.map(str::to_owned).collect())
        })?,
        seen_at: row.time("seen_at")?,
    })
}

pub(crate) const TABLE: &str = "follower";
