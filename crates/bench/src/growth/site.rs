//! A server on a store of its own.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use airside_client::{Answer, Connection};
use anyhow::Context;
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::Full;
use tempfile::TempDir;
use tokio::net::UnixStream;
use url::Url;

use super::database::Database;
use crate::{process::Server, world};

/// The sizes of tables and the lengths of loads.
#[derive(Clone, Copy)]
pub struct Scale {
    /// Clients, and as many accounts.
    pub people: u64,
    /// Live grants.
    pub grants: u64,
    /// Grants whose time is over.
    pub expired: u64,
    /// Connections of a crowd.
    pub crowd: usize,
    /// The length of a load.
    pub load: Duration,
    /// The time in which nothing is done.
    pub idle: Duration,
    /// The time in which a sweep comes.
    pub sweep: Duration,
    /// The number of times that something short is done again.
    pub rounds: usize,
}

/// A program, a store, and a directory for its data.
pub struct Site {
    program: PathBuf,
    database: Database,
    directory: TempDir,
    pub scale: Scale,
}

/// A connection to a server's admin API, over the socket in its data directory.
pub struct Administration(Connection);

impl Scale {
    /// The sizes of a measurement, or of a short run.
    pub const fn new(quick: bool) -> Self {
        match quick {
            false => Self {
                people: 100_000,
                grants: 1_000_000,
                expired: 100_000,
                crowd: 800,
                load: Duration::from_secs(8),
                idle: Duration::from_secs(20),
                sweep: Duration::from_secs(35),
                rounds: 15,
            },
            true => Self {
                people: 2_000,
                grants: 20_000,
                expired: 4_000,
                crowd: 100,
                load: Duration::from_secs(1),
                idle: Duration::from_secs(2),
                sweep: Duration::from_secs(2),
                rounds: 3,
            },
        }
    }
}

impl Site {
    /// Makes an empty directory for the data.
    pub fn new(program: &Path, database: &Database, scale: Scale) -> anyhow::Result<Self> {
        Ok(Self {
            program: program.to_owned(),
            database: database.clone(),
            directory: tempfile::tempdir()?,
            scale,
        })
    }

    /// Starts the server, on these cores only if they are given.
    pub fn start(&self, cores: Option<&str>) -> anyhow::Result<Server> {
        let mut command = world::command(&self.program, self.directory.path(), cores)?;
        // the line of each request is not what is measured
        command
            .env("RUST_LOG", "info,access=off")
            .envs(self.database.environment());
        Server::spawn(command)
    }

    /// Starts the server, and stops it again: the store has its tables then.
    pub fn start_and_stop(&self) -> anyhow::Result<()> {
        self.start(None)?.stop()
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// The database.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Connects to the admin API.
    pub async fn administration(&self) -> anyhow::Result<Administration> {
        let stream = UnixStream::connect(self.data().join("admin.sock")).await?;
        let url: Url = "http://admin".parse()?;
        Ok(Administration(Connection::over(&url, stream).await?))
    }

    /// Runs a command of the command line; returns what it said, and how long it took.
    pub fn command_line(&self, words: &[&str]) -> io::Result<(Output, Duration)> {
        let begun = Instant::now();
        let output = Command::new(&self.program)
            .args(words)
            .arg("--data")
            .arg(self.data())
            .output()?;
        Ok((output, begun.elapsed()))
    }
}

impl Administration {
    /// Reads a path; returns the answer and how long it took.
    pub async fn get(&mut self, path: &str) -> anyhow::Result<(Answer, Duration)> {
        self.send(Method::GET, path, Bytes::new()).await
    }

    /// Sends JSON to a path; returns the answer and how long it took.
    pub async fn post(&mut self, path: &str, body: String) -> anyhow::Result<(Answer, Duration)> {
        self.send(Method::POST, path, body.into()).await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> anyhow::Result<(Answer, Duration)> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/admin/v1{path}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))?;
        let begun = Instant::now();
        let answer = self.0.send(request).await?;
        let took = begun.elapsed();
        let status = answer.status;
        status
            .is_success()
            .then_some(())
            .with_context(|| format!("{path}: {status} {}", answer.text()))?;
        Ok((answer, took))
    }
}

/// The query of the next page of a list (RFC 8288), if there is one.
pub fn next_page(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?.strip_suffix("; rel=\"next\"")?;
    let query = link.strip_prefix('<')?.strip_suffix('>')?;
    Some(query.to_owned())
}
