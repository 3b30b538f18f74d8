//! Brings the tables of a SQLite database up to date.

use super::connection::Connection;
use crate::migration::{self, Problem, Script};

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
    let done = connection.all(migration::TABLE, migration::done(), migration::read)?;
    for (number, script) in migration::missing(&done, scripts)? {
        connection.script(script.sql)?;
        connection.run(&script.note(number))?;
    }
    Ok(())
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
