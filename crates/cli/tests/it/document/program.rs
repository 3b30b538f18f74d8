//! The servers of a page.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use airside_testkit::Browser;

/// Which of the three processes a command starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Role {
    Issuer,
    Guard,
    Api,
}

impl Role {
    /// Returns the role of a command that serves until it is stopped.
    pub fn of(command: &str) -> Option<Self> {
        let command = command.split('#').next()?;
        let mut words = command.split_whitespace().peekable();
        while words.next_if(|word| word.contains('=')).is_some() {}
        match words.collect::<Vec<_>>()[..] {
            ["airside", "serve"] => Some(Self::Issuer),
            ["airside", "guard"] => Some(Self::Guard),
            ["python3", "api.py"] | ["cargo", "run"] => Some(Self::Api),
            _ => None,
        }
    }
}

/// A process that serves; killed when dropped.
pub struct Program {
    pub role: Role,
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Program {
    /// Starts a command and waits until its address answers http.
    pub async fn start(role: Role, command: &mut Command, directory: &Path, url: &str) -> Self {
        let (out, err) = (directory.join("out.log"), directory.join("err.log"));
        let file = |path| Stdio::from(fs::File::create(path).unwrap());
        let child = command.stdout(file(&out)).stderr(file(&err)).spawn();
        let mut program = Self {
            role,
            child: child.unwrap(),
            out,
            err,
        };
        program.answers(url).await;
        program
    }

    async fn answers(&mut self, url: &str) {
        let health = format!("{url}/health/live");
        let started = Instant::now();
        while Browser::new().try_get(&health).await.is_none() {
            let has_ended = self.child.try_wait().unwrap().is_some();
            let is_late = started.elapsed() > Duration::from_secs(30);
            assert!(!has_ended && !is_late, "{url}: {}", self.said());
            // polls without waiting: a start takes some hundred milliseconds
            tokio::task::yield_now().await;
        }
    }

    /// Returns its standard output so far.
    pub fn printed(&self) -> String {
        fs::read_to_string(&self.out).unwrap()
    }

    /// Returns its standard error so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.err).unwrap()
    }

    /// Returns its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
