//! Brings the tables up to date: numbered scripts, each run once, none changed afterwards.

use std::path::Path;

use airside_oauth::secret::Digest;

use super::{OpenError, connection::Connection};
use crate::{
    failure::{Failure, Inconsistent},
    row::Row,
    statement::Statement,
};

/// Runs what has not been run yet, all or nothing.
pub(super) fn run(connection: &mut Connection) -> Result<(), Problem> {
    run_scripts(connection, SCRIPTS)
}

fn run_scripts(connection: &Connection, scripts: &[Script]) -> Result<(), Problem> {
    connection.control("BEGIN IMMEDIATE")?;
    let result = bring_up_to_date(connection, scripts);
    connection.control(if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    result
}

fn bring_up_to_date(connection: &Connection, scripts: &[Script]) -> Result<(), Problem> {
    connection.script(TABLE)?;
    let known = Statement::new(
        "SELECT version, checksum FROM migration ORDER BY version",
        vec![],
    );
    let done = connection.all("migration", known, read)?;
    if done.len() > scripts.len() {
        return Err(Problem::Newer);
    }
    for (number, script) in (1_i64..).zip(scripts) {
        let checksum = Digest::of(script.sql.as_bytes());
        match done.iter().find(|(version, _)| *version == number) {
            Some((_, then)) if then.matches(&checksum) => {}
            Some(_) => return Err(Problem::Changed(script.name)),
            None => {
                connection.script(script.sql)?;
                connection.run(&Statement::new(
                    "INSERT INTO migration (version, name, checksum) VALUES ($1, $2, $3)",
                    vec![
                        number.into(),
                        script.name.into(),
                        checksum.as_bytes().into(),
                    ],
                ))?;
            }
        }
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<(i64, Digest), Inconsistent> {
    Ok((
        row.integer("version")?,
        Digest::from_bytes(row.array("checksum")?),
    ))
}

/// Why the tables could not be brought up to date.
#[derive(Debug)]
pub(super) enum Problem {
    /// A newer version has added to them.
    Newer,
    /// They were made by another script of this name.
    Changed(&'static str),
    /// The database failed.
    Failed(Failure),
}

impl Problem {
    /// The error for the database at `path`.
    pub(super) fn at(self, path: &Path) -> OpenError {
        let problem = match self {
            Self::Failed(Failure::Database(cause)) => return OpenError::database(path)(cause),
            Self::Failed(other) => other.to_string(),
            Self::Newer => {
                "a newer version has used it; use that version or a later one".to_owned()
            }
            Self::Changed(name) => {
                format!("migration `{name}` was another one; restore the database from a backup")
            }
        };
        OpenError::Migration {
            path: path.to_owned(),
            problem,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

struct Script {
    name: &'static str,
    sql: &'static str,
}

/// Every script in order; only ever appended to, and none takes away what an older version needs.
const SCRIPTS: &[Script] = &[Script {
    name: "0001_start",
    sql: include_str!("../../migrations/sqlite/0001_start.sql"),
}];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (\
    version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::connection::for_writing;

    const ONE: Script = Script {
        name: "one",
        sql: "CREATE TABLE a (x)",
    };
    const TWO: Script = Script {
        name: "two",
        sql: "CREATE TABLE b (x)",
    };

    fn empty() -> (tempfile::TempDir, Connection) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        std::fs::File::create(&path).unwrap();
        (directory, for_writing(&path).unwrap())
    }

    #[test]
    fn a_script_runs_once_and_later_ones_are_added() {
        let (_directory, connection) = empty();
        run_scripts(&connection, &[ONE]).unwrap();
        run_scripts(&connection, &[ONE, TWO]).unwrap();
        run_scripts(&connection, &[ONE, TWO]).unwrap();
    }

    #[test]
    fn a_script_that_was_changed_stops_the_start() {
        let (_directory, connection) = empty();
        run_scripts(&connection, &[ONE]).unwrap();
        let other = Script {
            name: "one",
            sql: "CREATE TABLE c (x)",
        };
        assert!(matches!(
            run_scripts(&connection, &[other]),
            Err(Problem::Changed("one"))
        ));
    }

    #[test]
    fn a_database_of_a_newer_version_stops_the_start() {
        let (_directory, connection) = empty();
        run_scripts(&connection, &[ONE, TWO]).unwrap();
        assert!(matches!(
            run_scripts(&connection, &[ONE]),
            Err(Problem::Newer)
        ));
    }

    #[test]
    fn a_script_that_fails_leaves_nothing_behind() {
        let (_directory, connection) = empty();
        let broken = Script {
            name: "two",
            sql: "CREATE TABLE b (x); CREATE TABLE b (x)",
        };
        assert!(run_scripts(&connection, &[ONE, broken]).is_err());
        run_scripts(&connection, &[ONE, TWO]).unwrap();
    }
}
