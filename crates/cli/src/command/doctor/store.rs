//! The store: whether the running server can write to it, and how fast it is.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use airside_net::chain;
use airside_store_sql::postgres::Postgres;
use http::StatusCode;
use serde_json::Value;

use super::{finding::Finding, outside::text};
use crate::{
    config::{Config, StoreUrl},
    exit::{Code, CommandError},
    socket::Admin,
};

pub async fn examine(config: &Config, admin: &Admin) -> Vec<Finding> {
    let speed = match &config.store {
        StoreUrl::Sqlite(path) => Some(disk(path)),
        StoreUrl::Postgres(url) => trip(url.expose()).await,
    };
    std::iter::once(written(admin).await).chain(speed).collect()
}

/// The server tries a write before it calls itself ready.
async fn written(admin: &Admin) -> Finding {
    match admin.health().await {
        Ok((status, said)) => readiness(status, &said),
        Err(CommandError {
            code: Code::Refused,
            message,
        }) => Finding::unknown(STORE, message),
        Err(failure) => Finding::failure(STORE, &failure, "start it with `airside serve`"),
    }
}

fn readiness(status: StatusCode, said: &Value) -> Finding {
    match text(said, "status") {
        Some("ready") => Finding::good(STORE, "the server reads and writes it"),
        Some(other) => Finding::problem(
            STORE,
            format!("the server says `{other}` ({status})"),
            "its log says why: a full or read-only disk, a database that is away",
        ),
        None => Finding::unknown(STORE, format!("the server answers {status} without a word")),
    }
}

/// Writes beside the database as the database does: a page, then a wait for the disk.
fn disk(database: &Path) -> Finding {
    let directory = database.parent().unwrap_or(Path::new("."));
    match synced(directory) {
        Ok(median) => judged(
            median,
            SLOW_DISK,
            format!("a write reaches the disk within {}", shown(median)),
            "put `data` on a local disk, SSD or better: every sign-in and refresh waits for one such write",
        ),
        Err(error) => Finding::unknown(STORE, format!("`{}`: {error}", directory.display())),
    }
}

fn synced(directory: &Path) -> io::Result<Duration> {
    let path = Probe(directory.join(format!(".doctor-{}", std::process::id())));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path.0)?;
    let mut times = Vec::new();
    for _ in 0..WRITES {
        let begun = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort();
    Ok(times.get(WRITES / 2).copied().unwrap_or_default())
}

/// A file that does not stay.
struct Probe(PathBuf);

impl Drop for Probe {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// Connects and reads, as a start does. What fails is a finding of the start.
async fn trip(url: &str) -> Option<Finding> {
    let begun = Instant::now();
    let inspected = Postgres::inspect(url).await;
    let took = begun.elapsed();
    Some(match inspected {
        Ok(_) => judged(
            took,
            SLOW_DATABASE,
            format!(
                "the database answers within {}, connection included",
                shown(took)
            ),
            "bring node and database nearer to each other: a request makes one to two trips",
        ),
        Err(error) => Finding::unknown(STORE, chain(&error)),
    })
}

fn judged(took: Duration, limit: Duration, message: String, fix: &str) -> Finding {
    match took > limit {
        true => Finding::problem(STORE, message, fix),
        false => Finding::good(STORE, message),
    }
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

const STORE: &str = "store";
const WRITES: usize = 9;
const SLOW_DISK: Duration = Duration::from_millis(200);
const SLOW_DATABASE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_of_the_disk_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        synced(directory.path()).unwrap();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
        assert!(synced(&directory.path().join("absent")).is_err());
    }

    #[test]
    fn a_server_that_cannot_write_is_a_problem() {
        for (said, verdict) in [
            (r#"{"status":"ready"}"#, "good"),
            (r#"{"status":"store unavailable"}"#, "problem"),
            ("{}", "unknown"),
            ("null", "unknown"),
        ] {
            let said = serde_json::from_str(said).unwrap();
            let found = readiness(StatusCode::SERVICE_UNAVAILABLE, &said);
            assert!(found.lines()[0].starts_with(verdict), "{found:?}");
        }
    }

    #[tokio::test]
    async fn a_database_that_does_not_answer_is_not_called_fast() {
        let found = trip("postgres://airside@127.0.0.1:1/airside?sslmode=disable").await;
        let found = found.unwrap();
        assert!(found.lines()[0].starts_with("unknown"), "{found:?}");
    }

    #[test]
    fn a_slow_store_is_a_problem() {
        for (millis, is_open) in [(1, false), (200, false), (201, true)] {
            let took = Duration::from_millis(millis);
            let found = judged(took, SLOW_DISK, shown(took), "a disk");
            assert_eq!(found.is_open(), is_open, "{found:?}");
        }
    }
}
