//! Brings the tables of a SQLite database up to date.

use super::connection::Connection;
use crate::{
    migration::{self, Problem, Progress, Script},
    statement::Statement,
};

/// Runs what has not been run yet, all or nothing.
pub(super) fn run(connection: &mut Connection) -> Result<(), Problem> {
    run_scripts(connection, SCRIPTS)
}

/// Returns true if no migration is left to run.
///
/// # Errors
///
/// [`Problem::Newer`] or [`Problem::Changed`] if what has run are other scripts.
#[cfg(feature = "postgres")]
pub(super) fn is_current(connection: &Connection) -> Result<bool, Problem> {
    let done = connection.all(migration::TABLE, migration::done(), migration::read)?;
    Ok(migration::missing(&done, SCRIPTS)?.is_empty())
}

/// Reads how far the tables are, and writes nothing.
///
/// # Errors
///
/// [`Problem::Newer`] or [`Problem::Changed`] if what has run are other scripts.
pub(super) fn progress(connection: &Connection) -> Result<Progress, Problem> {
    let known = Statement::new(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'",
        vec![],
    );
    let known = connection.one(migration::TABLE, known, |row| row.integer::<i64>("count"))?;
    if known != Some(1) {
        return Ok(Progress::Nothing);
    }
    let done = connection.all(migration::TABLE, migration::done(), migration::read)?;
    migration::progress(&done, SCRIPTS)
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
const SCRIPTS: &[Script] = &[
    Script {
        name: "0001_start",
        sql: include_str!("../../migrations/sqlite/0001_start.sql"),
    },
    Script {
        name: "0002_status_list",
        sql: include_str!("../../migrations/sqlite/0002_status_list.sql"),
    },
    Script {
        name: "0003_lifetime",
        sql: include_str!("../../migrations/sqlite/0003_lifetime.sql"),
    },
    Script {
        name: "0004_reload",
        sql: include_str!("../../migrations/sqlite/0004_reload.sql"),
    },
    Script {
        name: "0005_username",
        sql: include_str!("../../migrations/sqlite/0005_username.sql"),
    },
    Script {
        name: "0006_logout",
        sql: include_str!("../../migrations/sqlite/0006_logout.sql"),
    },
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (\
    version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL)";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use airside_oauth::{
        profile::Lifetimes,
        state::{
            feed::{FeedEntry, FeedSubject},
            lifetime::LongestLifetimes,
            user::Username,
        },
        time::Time,
    };
    use airside_store::Directory;

    use super::*;
    use crate::{
        sqlite::{Options, Sqlite, opening::for_writing},
        transfer::{self, Purpose, Source, Target},
    };

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

    /// The tables that the first version left, and those that it never had.
    #[tokio::test]
    async fn a_backup_of_an_earlier_version_is_read_and_stays_as_it_is() {
        let (directory, connection) = empty();
        run_scripts(&connection, SCRIPTS.get(..1).unwrap()).unwrap();
        let row = "INSERT INTO \"grant\" VALUES (x'01', 'spa', x'02', x'03', 0, '{}', 1, x'04', NULL, \
                   0, 1, 0, 0, 0, NULL, NULL); \
                   INSERT INTO client VALUES ('spa', 1, 'configuration', x'', '{}'); \
                   INSERT INTO \"user\" VALUES (x'02', 'alice', '[]', 0, '{}', 1, 0, 7); UPDATE meta SET key_check = zeroblob(32)";
        connection.script(row).unwrap();
        let (live, saved) = (
            directory.path().join("a.db"),
            directory.path().join("saved.db"),
        );
        Sqlite::back_up(&live, &saved).unwrap();
        let before = std::fs::read(&saved).unwrap();

        let source = Source::Sqlite(Sqlite::open_backup(&saved).unwrap());
        let read = transfer::contents(&source).await.unwrap();
        let grants = read.iter().find(|part| part.table == "grant").unwrap();
        assert_eq!(grants.rows, 1);
        let target = Sqlite::open(&directory.path().join("new.db"), Options::default()).unwrap();
        let end = Target::Sqlite(&target);
        let at = Time::from_millis(1_767_225_600_000);
        let restore = Purpose::Restore {
            at,
            lifetimes: Lifetimes::default(),
        };
        let copied = transfer::copy(&source, &end, restore, |_, _| {}).await;
        assert_eq!(copied.unwrap(), read);
        // places that were given out after the backup are not given out again
        let next = target.lease_status_indexes(1).await.unwrap();
        assert!(next.number() >= 1 << 27);

        // every token from before is revoked, for as long as any of them can live
        let told = target.revocations(0, 10).await.unwrap();
        let told: Vec<_> = told.into_iter().map(|(_, entry)| entry).collect();
        let subject = FeedSubject::Client("spa".parse().unwrap());
        assert_eq!(told, [FeedEntry { subject, at }]);
        let records = target.lifetimes().await.unwrap();
        let longest = LongestLifetimes::at(&records, &Lifetimes::default(), at);
        assert_eq!(longest.access_token(), Duration::from_secs(24 * 60 * 60));
        // an account that was there may be one of the configuration's
        assert_eq!(
            target.seeds().await.unwrap(),
            [Username::parse("alice").unwrap()]
        );

        drop(source);
        assert_eq!(std::fs::read(&saved).unwrap(), before);
        let files = std::fs::read_dir(directory.path()).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().all(|name| !name.contains("upgraded")));
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
