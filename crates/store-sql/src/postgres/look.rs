//! The reads behind decisions: one statement, and so one snapshot and one trip.

use std::fmt::Write;

use airside_oauth::state::decide::Facts;
use tokio_postgres::Row as Joined;

use super::pool::Pool;
use crate::{
    consent,
    error::{InconsistentRow, StoreError},
    feed, grant,
    look::Look,
    row::{Row, Source},
    session,
    statement::{Statement, Value},
    user,
};

/// Reads the rows that `look` names.
///
/// Each part becomes a lateral join, which answers one row or none, with all columns NULL; only the
/// revocations may be several, and repeat the others.
pub(super) async fn look(pool: &Pool, look: Look<'_>) -> Result<Facts, StoreError> {
    let mut joins = Joins::default();
    let grant = joins.add(look.grant, grant::COLUMNS);
    let session = joins.add(look.session, session::COLUMNS);
    let user = joins.add(look.user, user::COLUMNS);
    let password = joins.add(look.password, user::CREDENTIAL_COLUMNS);
    let consent = joins.add(look.consent, consent::COLUMNS);
    let feed = joins.add_any(look.feed, feed::COLUMNS);
    let rows = pool.read(&joins.sql, &joins.values).await?;
    let Some(row) = rows.first() else {
        return Err(StoreError::Stopped);
    };
    debug_assert_eq!(row.columns().len(), joins.columns);
    let mut facts = Facts {
        grant: one(row, grant, grant::TABLE, grant::read)?,
        session: one(row, session, session::TABLE, session::read)?,
        user: one(row, user, user::TABLE, user::read)?,
        password: one(row, password, user::CREDENTIAL, user::read_password)?,
        consent: one(row, consent, consent::TABLE, consent::read)?,
        feed: Vec::new(),
    };
    for row in &rows {
        facts.feed.extend(one(row, feed, feed::TABLE, feed::read)?);
    }
    Ok(facts)
}

/// The first columns of each part; none for a part that was not requested.
type Part = Option<usize>;

struct Joins<'a> {
    sql: String,
    values: Vec<Value<'a>>,
    columns: usize,
}

impl Default for Joins<'_> {
    fn default() -> Self {
        Self {
            sql: "SELECT * FROM (VALUES (1)) AS one(n)".to_owned(),
            values: Vec::new(),
            columns: 1,
        }
    }
}

impl<'a> Joins<'a> {
    fn add(&mut self, statement: Option<Statement<'a>>, columns: usize) -> Part {
        self.add_any(statement, columns)
    }

    /// Joins what any of the statements answers.
    fn add_any(
        &mut self,
        statements: impl IntoIterator<Item = Statement<'a>>,
        columns: usize,
    ) -> Part {
        let mut statements = statements.into_iter();
        let first = statements.next()?;
        let begin = self.columns;
        self.columns += columns;
        self.sql.push_str(" LEFT JOIN LATERAL ((");
        self.push(first);
        for other in statements {
            self.sql.push_str(") UNION ALL (");
            self.push(other);
        }
        // writing to a String cannot fail
        let _ = write!(self.sql, ")) AS p{begin} ON true");
        Some(begin)
    }

    /// Appends a statement, whose parameters follow those that are there.
    fn push(&mut self, statement: Statement<'a>) {
        let offset = self.values.len();
        let mut parts = statement.sql.split('$');
        self.sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let number: usize = number.parse().unwrap_or_default();
            let _ = write!(self.sql, "${}{rest}", number + offset);
        }
        self.values.extend(statement.values);
    }
}

fn one<T>(
    row: &Joined,
    part: Part,
    table: &'static str,
    read: impl Fn(&Row<'_>) -> Result<T, InconsistentRow>,
) -> Result<Option<T>, StoreError> {
    let Some(begin) = part else { return Ok(None) };
    let source = Slice { row, begin };
    // the first column of every table is its key, and never NULL
    match source.value(0) {
        Some(Value::Null) => Ok(None),
        _ => Ok(Some(read(&Row::new(table, &source))?)),
    }
}

/// The columns of one part.
struct Slice<'a> {
    row: &'a Joined,
    begin: usize,
}

impl Source for Slice<'_> {
    fn value(&self, index: usize) -> Option<Value<'_>> {
        self.row.value(self.begin + index)
    }
}
