//! Which tables are carried over, and by which statements.

use crate::statement::Statement;

/// A table as it is carried over: every column, those of the key first.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: usize,
    pub(super) keys: usize,
    pub(super) first: &'static str,
    pub(super) next: &'static str,
    pub(super) insert: &'static str,
    pub(super) clear: &'static str,
}

impl Table {
    pub(super) fn clear(&self) -> Statement<'static> {
        Statement::new(self.clear, Vec::new())
    }
}

macro_rules! table {
    ($name:literal, ($key:literal, $keys:literal, $given:literal, $limit:literal), $others:literal, $columns:literal, $values:literal) => {
        Table {
            name: $name,
            columns: $columns,
            keys: $keys,
            first: concat!(
                "SELECT ",
                $key,
                ", ",
                $others,
                " FROM \"",
                $name,
                "\" ORDER BY ",
                $key,
                " LIMIT $1"
            ),
            next: concat!(
                "SELECT ",
                $key,
                ", ",
                $others,
                " FROM \"",
                $name,
                "\" WHERE (",
                $key,
                ") > (",
                $given,
                ") ORDER BY ",
                $key,
                " LIMIT ",
                $limit
            ),
            insert: concat!(
                "INSERT INTO \"",
                $name,
                "\" (",
                $key,
                ", ",
                $others,
                ") VALUES (",
                $values,
                ") ON CONFLICT DO NOTHING"
            ),
            clear: concat!("DELETE FROM \"", $name, "\""),
        }
    };
}

/// Every table but `meta` and what only one kind of store has.
pub(super) const TABLES: &[Table] = &[
    table!(
        "client",
        ("client_id", 1, "$1", "$2"),
        "epoch, origin, secrets, metadata, disabled",
        6,
        "$1, $2, $3, $4, $5, $6"
    ),
    table!(
        "resource",
        ("identifier", 1, "$1", "$2"),
        "epoch, metadata",
        3,
        "$1, $2, $3"
    ),
    table!(
        "user",
        ("id", 1, "$1", "$2"),
        "username, roles, administrator, claims, epoch, disabled, created_at, rights_reduced_at, name_rule, precis_name",
        11,
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11"
    ),
    table!(
        "credential",
        ("user_id, kind", 2, "$1, $2", "$3"),
        "value",
        3,
        "$1, $2, $3"
    ),
    table!(
        "session",
        ("id", 1, "$1", "$2"),
        "cookie, user_id, auth_time, amr, last_seen, ended_at",
        7,
        "$1, $2, $3, $4, $5, $6, $7"
    ),
    table!(
        "consent",
        ("user_id, client_id, redirect_host", 3, "$1, $2, $3", "$4"),
        "allowed, granted_at, epoch",
        6,
        "$1, $2, $3, $4, $5, $6"
    ),
    table!(
        "grant",
        ("id", 1, "$1", "$2"),
        "client_id, user_id, session_id, offline, terms, created_at, attempt, anchor, current, rotated_at, reissues, retried, retry_run, revoked_at, revoke_reason, status_index",
        17,
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17"
    ),
    table!("used", ("digest", 1, "$1", "$2"), "until", 2, "$1, $2"),
    table!(
        "key",
        ("kid", 1, "$1", "$2"),
        "purpose, version, wrapped, public_jwk, created_at, active_from, dropped_at, retired_at",
        9,
        "$1, $2, $3, $4, $5, $6, $7, $8, $9"
    ),
    table!(
        "event",
        ("id", 1, "$1", "$2"),
        "at, kind, client_id, user_id, grant_id, address, trace_id, detail",
        9,
        "$1, $2, $3, $4, $5, $6, $7, $8, $9"
    ),
    table!(
        "logout",
        ("session_id, client_id", 2, "$1, $2", "$3"),
        "user_id, ended_at, attempts, due_at",
        6,
        "$1, $2, $3, $4, $5, $6"
    ),
    table!("seed", ("username", 1, "$1", "$2"), "sown_at", 2, "$1, $2"),
    table!(
        "lifetime",
        ("kind, milliseconds", 2, "$1, $2", "$3"),
        "until",
        3,
        "$1, $2, $3"
    ),
    table!(
        "feed",
        ("position", 1, "$1", "$2"),
        "kind, value, at, until",
        5,
        "$1, $2, $3, $4, $5"
    ),
];
