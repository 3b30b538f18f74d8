//! Names that earlier versions stored: what RFC 8265 makes of them, and which of them it takes for one.

use airside_oauth::{id::UserId, state::user::TypedName};
use airside_store::NameCollision;

use crate::{dialect::Dialect, error::InconsistentRow, row::Row, statement::Statement};

/// A name that an earlier version stored, and the other one that RFC 8265 has for it.
#[derive(Debug)]
pub(crate) struct EarlierName {
    id: UserId,
    username: String,
    precis: Option<String>,
}

/// At most `budget` names of which nothing is noted yet. ASCII without spaces needs nothing: RFC 8265 has
/// the same form for it.
pub(crate) fn unnoted(budget: u32, dialect: Dialect) -> Statement<'static> {
    macro_rules! unnoted {
        ($not_ascii:literal) => {
            concat!(
                "SELECT id, username FROM \"user\" WHERE name_rule = 0 AND ",
                $not_ascii,
                " LIMIT $1"
            )
        };
    }
    let sql = match dialect {
        // as in the index
        Dialect::Sqlite => unnoted!("username GLOB '*[^!-~]*'"),
        #[cfg(feature = "postgres")]
        Dialect::Postgres => unnoted!("username ~ '[^!-~]'"),
    };
    Statement::new(sql, vec![budget.into()])
}

/// The one place where a row becomes a name of an earlier version.
pub(crate) fn read_unnoted(row: &Row<'_>) -> Result<EarlierName, InconsistentRow> {
    let id = UserId::from_bytes(row.array("id")?);
    let username = row.text("username", |text| Some(text.to_owned()))?;
    let typed = TypedName::parse(&username).ok();
    let precis = typed.as_ref().and_then(TypedName::precis);
    let precis = precis.filter(|precis| *precis != username);
    let precis = precis.map(str::to_owned);
    Ok(EarlierName {
        id,
        username,
        precis,
    })
}

/// Notes which other name RFC 8265 has for one, unless another node did or the name has changed.
pub(crate) fn note(name: &EarlierName) -> Statement<'_> {
    Statement::new(
        "UPDATE \"user\" SET precis_name = $1, name_rule = 1 \
         WHERE id = $2 AND username = $3 AND name_rule = 0",
        vec![
            name.precis.as_deref().into(),
            name.id.as_bytes().into(),
            name.username.as_str().into(),
        ],
    )
}

/// At most `limit` accounts behind `after` whose names have the form of another account's.
pub(crate) fn collisions(after: Option<&NameCollision>, limit: u32) -> Statement<'_> {
    let (form, username) = after.map_or(("", ""), |after| (&after.form, &after.username));
    Statement::new(
        "SELECT form, username FROM (\
         SELECT precis_name AS form, username FROM \"user\" AS one WHERE precis_name IS NOT NULL \
         AND (EXISTS (SELECT 1 FROM \"user\" AS other WHERE other.username = one.precis_name) \
         OR EXISTS (SELECT 1 FROM \"user\" AS other WHERE other.precis_name = one.precis_name \
         AND other.id <> one.id)) \
         UNION ALL SELECT username, username FROM \"user\" WHERE username IN (\
         SELECT precis_name FROM \"user\" WHERE precis_name IS NOT NULL)) AS found \
         WHERE (form, username) > ($1, $2) ORDER BY form, username LIMIT $3",
        vec![form.into(), username.into(), limit.into()],
    )
}

/// The one place where a row becomes a collision.
pub(crate) fn read_collision(row: &Row<'_>) -> Result<NameCollision, InconsistentRow> {
    Ok(NameCollision {
        form: row.text("form", |text| Some(text.to_owned()))?,
        username: row.text("username", |text| Some(text.to_owned()))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::{Options, Sqlite};

    /// A start asks both of a million accounts: neither reads those that need nothing.
    #[test]
    fn names_that_need_no_note_are_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("airside.db");
        drop(Sqlite::open(&path, Options::default()).unwrap());
        let database = rusqlite::Connection::open(&path).unwrap();
        for statement in [unnoted(9, Dialect::Sqlite), collisions(None, 9)] {
            let sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
            let mut explain = database.prepare(&sql).unwrap();
            // the values do not change the plan
            let values = vec![9; explain.parameter_count()];
            let values = rusqlite::params_from_iter(values);
            let steps = explain.query_map(values, |row| row.get::<_, String>(3));
            let steps: Vec<_> = steps.unwrap().map(Result::unwrap).collect();
            let reads = |step: &&String| step.starts_with("SCAN") || step.starts_with("SEARCH");
            for step in steps.iter().filter(reads) {
                assert!(INDEXES.iter().any(|name| step.contains(name)), "{steps:?}");
            }
        }
    }

    const INDEXES: [&str; 3] = [
        "user_with_unnoted_name",
        "user_of_precis_name",
        "(username=?)",
    ];
}
