//! A running `airside serve`, and the commands that talk to it.

mod place;

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use airside_testkit::assert_contains;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

pub use self::place::Place;

/// The binary under test.
pub const AIRSIDE: &str = env!("CARGO_BIN_EXE_airside");

/// A server that is ready; killed when dropped.
pub struct Server {
    child: Child,
    pub url: String,
    pub ready_after: Duration,
    /// The lines that it wrote before it was ready.
    pub remarks: Vec<String>,
    /// The lines that it writes from then on.
    lines: mpsc::Receiver<String>,
}

/// The exit code and the output of a command that ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// Requires that it ended with this code.
    #[track_caller]
    pub fn assert_code(&self, code: i32) {
        assert_eq!(self.code, code, "{}", self.err);
    }

    /// Requires that it ended with this code, and wrote this text on standard error.
    #[track_caller]
    pub fn assert_ended(&self, code: i32, text: &str) {
        self.assert_code(code);
        assert_contains(&self.err, text);
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        self.assert_code(0);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Runs a command to its end.
pub fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Server {
    /// Starts `command` and waits for the line that says it is ready.
    pub fn start(command: &mut Command) -> Self {
        Self::try_start(command)
            .unwrap_or_else(|remarks| panic!("the server did not get ready: {remarks:?}"))
    }

    /// The same; what it wrote if it ended before it was ready.
    pub fn try_start(command: &mut Command) -> Result<Self, Vec<String>> {
        let started = Instant::now();
        let mut child = command
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, receiver) = mpsc::channel();
        // goes on reading, so that the server never waits for us
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .for_each(|line| drop(sender.send(line)))
        });
        let mut remarks = Vec::new();
        loop {
            let Ok(line) = receiver.recv_timeout(Duration::from_secs(30)) else {
                drop(child.kill());
                drop(child.wait());
                return Err(remarks);
            };
            if let Some(url) = line.strip_prefix("ready: ") {
                let ready_after = started.elapsed();
                return Ok(Self {
                    child,
                    url: url.to_owned(),
                    ready_after,
                    remarks,
                    lines: receiver,
                });
            }
            remarks.push(line);
        }
    }

    /// An endpoint's address.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Its process id.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap()).unwrap()
    }

    /// The memory that it holds, in KiB.
    pub fn resident_kib(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.unwrap().split_whitespace().nth(1);
        kib.unwrap().parse().unwrap()
    }

    /// The most memory that it ever held, in MiB.
    pub fn peak_mib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).unwrap();
        let (_, rest) = status.split_once("VmHWM:").unwrap();
        let kib: u64 = rest.split_whitespace().next().unwrap().parse().unwrap();
        kib / 1024
    }

    /// Kills the server without a word (SIGKILL).
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it writes a line with this text.
    pub fn hear(&self, text: &str) -> String {
        self.hear_up_to(text).pop().unwrap()
    }

    /// The same: every line up to there.
    pub fn hear_up_to(&self, text: &str) -> Vec<String> {
        let mut heard = Vec::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(30));
            let line = line.unwrap_or_else(|_| panic!("the server never wrote `{text}`"));
            let is_last = line.contains(text);
            heard.push(line);
            if is_last {
                return heard;
            }
        }
    }

    /// Asks the server to read its configuration again (SIGHUP).
    pub fn hang_up(&self) {
        kill_process(self.pid(), Signal::HUP).unwrap();
    }

    /// Asks the server to stop (SIGTERM) and waits: its exit code.
    pub fn terminate(self) -> i32 {
        self.ask_to_stop();
        self.wait()
    }

    /// Asks the server to stop (SIGTERM).
    pub fn ask_to_stop(&self) {
        kill_process(self.pid(), Signal::TERM).unwrap();
    }

    /// Asks the server to stop and waits: everything that it ever wrote, but for what was heard.
    pub fn last_words(mut self) -> String {
        self.ask_to_stop();
        self.child.wait().unwrap();
        let lines = std::mem::take(&mut self.remarks);
        lines
            .into_iter()
            .chain(self.lines.iter())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Waits for its end: its exit code.
    pub fn wait(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Returns true if a path's mode is `mode`.
pub fn has_mode(path: &Path, mode: u32) -> bool {
    fs::metadata(path).unwrap().permissions().mode() & 0o777 == mode
}
