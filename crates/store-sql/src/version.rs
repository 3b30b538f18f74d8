//! Counters of the changes of everything that nodes keep in memory: the table `version`, which only a
//! store that several nodes share has.

use airside_store::Versions;

use crate::{error::InconsistentRow, row::Row, statement::Statement};

pub(crate) fn all() -> Statement<'static> {
    Statement::new("SELECT topic, number FROM version", Vec::new())
}

/// The one place where a row becomes a version.
pub(crate) fn read(row: &Row<'_>) -> Result<(String, u64), InconsistentRow> {
    let topic = row.text("topic", |text| Some(text.to_owned()))?;
    Ok((topic, row.integer("number")?))
}

/// The versions of all topics.
pub(crate) fn collect(rows: &[(String, u64)]) -> Versions {
    let number = |topic: &str| {
        let row = rows.iter().find(|(own, _)| own == topic);
        row.map_or(0, |(_, number)| *number)
    };
    Versions {
        clients: number("client"),
        resources: number("resource"),
        keys: number("key"),
    }
}

pub(crate) const TABLE: &str = "version";
