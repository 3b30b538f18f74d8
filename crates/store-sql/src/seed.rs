//! The configuration's accounts that were made once: the table `seed`, which outlives them.

use airside_oauth::{state::user::Username, time::Time};

use crate::{error::InconsistentRow, row::Row, statement::Statement};

/// Notes that the account needs not be made again.
pub(crate) fn insert(username: &Username, at: Time) -> Statement<'_> {
    Statement::new(
        "INSERT INTO seed (username, sown_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        vec![username.as_str().into(), at.into()],
    )
}

pub(crate) fn all() -> Statement<'static> {
    Statement::new("SELECT username FROM seed ORDER BY username", Vec::new())
}

/// The one place where a row becomes a name.
pub(crate) fn read(row: &Row<'_>) -> Result<Username, InconsistentRow> {
    row.text("username", Username::stored)
}

pub(crate) const TABLE: &str = "seed";
