//! Which tables are carried over, and by which statements.

use crate::statement::{Statement, Value};

/// A table as it is carried over.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The columns of the primary key.
    key: &'static [&'static str],
    /// All other columns.
    others: &'static [&'static str],
}

impl Table {
    /// The number of columns.
    pub(super) const fn width(&self) -> usize {
        self.key.len() + self.others.len()
    }

    /// The number of columns of the primary key, which come first in a row.
    pub(super) const fn key_width(&self) -> usize {
        self.key.len()
    }

    /// Reads at most `limit` rows: those after the row with this key, or the first ones.
    pub(super) fn page(
        &self,
        after: Option<Vec<Value<'static>>>,
        limit: u32,
    ) -> Statement<'static> {
        let (name, columns, key) = (self.name, self.columns(), self.key.join(", "));
        let mut values = after.unwrap_or_default();
        let greater = match values.len() {
            0 => String::new(),
            given => format!("WHERE ({key}) > ({}) ", parameters(given)),
        };
        values.push(limit.into());
        let last = values.len();
        let sql = format!("SELECT {columns} FROM \"{name}\" {greater}ORDER BY {key} LIMIT ${last}");
        Statement::new(sql, values)
    }

    /// Writes a row, unless it is there.
    pub(super) fn insert(&self, row: Vec<Value<'static>>) -> Statement<'static> {
        let (name, columns, values) = (self.name, self.columns(), parameters(self.width()));
        let sql =
            format!("INSERT INTO \"{name}\" ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING");
        Statement::new(sql, row)
    }

    /// Deletes every row.
    pub(super) fn clear(&self) -> Statement<'static> {
        Statement::new(format!("DELETE FROM \"{}\"", self.name), Vec::new())
    }

    fn columns(&self) -> String {
        [self.key, self.others].concat().join(", ")
    }
}

fn parameters(count: usize) -> String {
    let names: Vec<_> = (1..=count).map(|number| format!("${number}")).collect();
    names.join(", ")
}

const fn table(
    name: &'static str,
    key: &'static [&'static str],
    others: &'static [&'static str],
) -> Table {
    Table { name, key, others }
}

/// Every table but `meta` and what only one kind of store has.
///
/// The keys come first: a store that has keys and no check value is what an interrupted copy has left.
pub(super) const TABLES: &[Table] = &[
    table(
        "key",
        &["kid"],
        &[
            "purpose",
            "version",
            "wrapped",
            "public_jwk",
            "created_at",
            "active_from",
            "dropped_at",
            "retired_at",
        ],
    ),
    table(
        "client",
        &["client_id"],
        &["epoch", "origin", "secrets", "metadata", "disabled"],
    ),
    table("resource", &["identifier"], &["epoch", "metadata"]),
    table(
        "user",
        &["id"],
        &[
            "username",
            "roles",
            "administrator",
            "claims",
            "epoch",
            "disabled",
            "created_at",
            "rights_reduced_at",
            "name_rule",
            "precis_name",
        ],
    ),
    table("credential", &["user_id", "kind"], &["value"]),
    table(
        "session",
        &["id"],
        &[
            "cookie",
            "user_id",
            "auth_time",
            "amr",
            "last_seen",
            "ended_at",
        ],
    ),
    table(
        "consent",
        &["user_id", "client_id", "redirect_host"],
        &["allowed", "granted_at", "epoch"],
    ),
    table(
        "grant",
        &["id"],
        &[
            "client_id",
            "user_id",
            "session_id",
            "offline",
            "terms",
            "created_at",
            "attempt",
            "anchor",
            "current",
            "rotated_at",
            "reissues",
            "retried",
            "retry_run",
            "revoked_at",
            "revoke_reason",
            "status_index",
        ],
    ),
    table("used", &["digest"], &["until"]),
    table(
        "event",
        &["id"],
        &[
            "at",
            "kind",
            "client_id",
            "user_id",
            "grant_id",
            "address",
            "trace_id",
            "detail",
        ],
    ),
    table(
        "logout",
        &["session_id", "client_id"],
        &["user_id", "ended_at", "attempts", "due_at"],
    ),
    table("seed", &["username"], &["sown_at"]),
    table("lifetime", &["kind", "milliseconds"], &["until"]),
    table("feed", &["position"], &["kind", "value", "at", "until"]),
];
