//! A place where a server runs: its directory, configuration and address.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;

use super::{AIRSIDE, Ended, Server, ended};

/// A directory with a configuration, in which servers can be started.
pub struct Place {
    pub directory: tempfile::TempDir,
    pub port: u16,
    pub environment: Vec<(String, String)>,
}

impl Place {
    /// A new directory with this `airside.toml`.
    pub fn new(toml: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        // for secrets and keys that a test puts there
        let own = fs::Permissions::from_mode(0o700);
        fs::set_permissions(directory.path(), own).unwrap();
        fs::write(directory.path().join("airside.toml"), toml).unwrap();
        let port = free_port();
        Self {
            directory,
            port,
            environment: Vec::new(),
        }
    }

    /// Gives every command of this place an environment variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(own, _)| own != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Takes an environment variable away again.
    pub fn unset(&mut self, name: &str) {
        self.environment.retain(|(own, _)| own != name);
    }

    /// The path of a file in this directory.
    pub fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file in this directory.
    #[track_caller]
    pub fn write(&self, name: impl AsRef<Path>, contents: impl AsRef<[u8]>) {
        fs::write(self.at(name), contents).unwrap();
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.at("airside-data")
    }

    /// A command in this directory, with nothing of the caller's environment that counts.
    pub fn command(&self) -> Command {
        self.within(Command::new(AIRSIDE))
    }

    pub fn within(&self, mut command: Command) -> Command {
        command
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        // the counts of the tests are not settings of the server
        for name in ["AIRSIDE_KILLS", "AIRSIDE_ROTATIONS", "AIRSIDE_TEST_SCALE"] {
            command.env_remove(name);
        }
        let own = self.environment.iter();
        command.envs(own.map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: impl CommandLine) -> Ended {
        ended(self.command().args(arguments.words()))
    }

    /// Runs a command that answers with JSON.
    #[track_caller]
    pub fn json(&self, arguments: impl CommandLine) -> Value {
        let mut command = self.command();
        ended(command.args(["-o", "json"]).args(arguments.words())).json()
    }

    /// Starts a server and waits until it is ready.
    pub fn serve(&self) -> Server {
        Server::start(self.command().args(["serve", "--listen", &self.address()]))
    }

    /// Starts a server whose files may not grow beyond a size, which is a disk without more room.
    pub fn serve_on_a_disk_of(&self, kib: u64) -> Server {
        self.serve_limited_by("-Sf", kib)
    }

    /// Starts a server under a limit of the shell's `ulimit`; a soft one (`-S`) can be raised later.
    pub fn serve_limited_by(&self, option: &str, limit: u64) -> Server {
        let script = r#"trap "" XFSZ; ulimit "$1" "$2"; exec "$0" serve --listen "$3""#;
        let mut command = self.within(Command::new("bash"));
        command.args(["-c", script, AIRSIDE, option, &limit.to_string()]);
        Server::start(command.arg(self.address()))
    }

    /// Returns the address on which servers of this place listen.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

/// The arguments of a command: one text, as in a shell, or word by word.
pub trait CommandLine {
    /// Returns the words.
    fn words(&self) -> Vec<String>;
}

/// Words are separated by spaces; `'correct horse'` is one.
impl CommandLine for &str {
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for (number, part) in self.split('\'').enumerate() {
            match number % 2 {
                0 => words.extend(part.split_whitespace().map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        words
    }
}

impl CommandLine for &String {
    fn words(&self) -> Vec<String> {
        self.as_str().words()
    }
}

impl<T: AsRef<str>> CommandLine for &[T] {
    fn words(&self) -> Vec<String> {
        self.iter().map(|word| word.as_ref().to_owned()).collect()
    }
}

impl<T: AsRef<str>, const N: usize> CommandLine for &[T; N] {
    fn words(&self) -> Vec<String> {
        self.as_slice().words()
    }
}

impl<T: AsRef<str>> CommandLine for &Vec<T> {
    fn words(&self) -> Vec<String> {
        self.as_slice().words()
    }
}

/// A port that stays free until a server of the place listens there, also after a restart: none that the
/// system gives to a process that asks for any port.
fn free_port() -> u16 {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(61);
    loop {
        let next = first.wrapping_add(ASKED.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + next % 20_000).unwrap();
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
