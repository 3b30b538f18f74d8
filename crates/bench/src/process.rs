//! A server in a child process: its address, its CPU time, its memory.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use url::Url;

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    /// The address that its `ready` line named.
    pub url: Url,
}

impl Server {
    /// Starts a program, on these cores only (in the words of `taskset`), and waits until it says
    /// `ready` and its address on standard error.
    pub fn start(
        program: &Path,
        arguments: &[&OsStr],
        cores: Option<&str>,
    ) -> anyhow::Result<Self> {
        let mut command = command(program, cores);
        command.args(arguments);
        Self::spawn(command)
    }

    /// Starts a command, and waits until it says `ready` and its address on standard error.
    pub fn spawn(mut command: Command) -> anyhow::Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let program = command.get_program().display().to_string();
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start `{program}`"))?;
        let errors = child.stderr.take().context("standard error is not piped")?;
        let (sender, receiver) = mpsc::channel();
        // reads to the end, so that a server that logs much never waits for us
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        match wait_until_ready(&receiver) {
            Ok(url) => Ok(Self { child, url }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error.context(program))
            }
        }
    }

    /// The number of the process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    /// The CPU time that it has used, user and system.
    pub fn cpu_time(&self) -> anyhow::Result<Duration> {
        cpu_time_of(self.child.id())
    }

    /// The memory that is resident, in bytes.
    pub fn resident_bytes(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        resident_bytes(&status).context("/proc/PID/status has no VmRSS")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes the command that starts a program, on these cores only if they are given.
pub fn command(program: &Path, cores: Option<&str>) -> Command {
    let Some(cores) = cores else {
        return Command::new(program);
    };
    let mut command = Command::new("taskset");
    command.args(["-c", cores]).arg(program);
    command
}

/// The CPU time of a process and of the children that it has now, as PostgreSQL's main process has
/// one for each connection.
pub fn cpu_time_of_family(process: u32) -> anyhow::Result<Duration> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"))?;
    let mut total = cpu_time_of(process)?;
    for child in children.split_whitespace() {
        // one that has just ended is not worth a failure
        total += cpu_time_of(child.parse()?).unwrap_or_default();
    }
    Ok(total)
}

fn cpu_time_of(process: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    cpu_time(&stat).context("/proc/PID/stat has no CPU time")
}

fn wait_until_ready(lines: &mpsc::Receiver<String>) -> anyhow::Result<Url> {
    let mut said = Vec::new();
    while let Ok(line) = lines.recv_timeout(START_TIMEOUT) {
        let ready = line
            .contains("ready")
            .then(|| line.split_whitespace().find_map(url))
            .flatten();
        if let Some(url) = ready {
            return Ok(url);
        }
        said.push(line);
    }
    bail!("it did not become ready; it said:\n{}", said.join("\n"))
}

fn url(word: &str) -> Option<Url> {
    let word = word.trim_matches(|letter: char| "`\"',.()".contains(letter));
    Url::parse(word)
        .ok()
        .filter(|url| url.scheme() == "http" && url.has_host())
}

/// Fields 14 and 15 count from the name's closing bracket: the name may contain anything.
fn cpu_time(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = fields.next()?.ok()? + fields.next()?.ok()?;
    Some(Duration::from_millis(ticks * MS_A_TICK))
}

fn resident_bytes(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Linux shows user space 100 ticks a second, whatever the kernel counts.
const MS_A_TICK: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_behind_any_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 1 0 0 0 150 25 0 0 20 0 3 0 9 1 2 3";

        assert_eq!(cpu_time(stat), Some(Duration::from_millis(1750)));
        assert_eq!(cpu_time("nonsense"), None);
    }

    #[test]
    fn resident_memory_is_read_in_bytes() {
        assert_eq!(
            resident_bytes("Name:\tx\nVmRSS:\t    2048 kB\n"),
            Some(2 * 1024 * 1024)
        );
    }

    #[test]
    fn the_address_is_found_in_the_ready_line() {
        let (sender, receiver) = mpsc::channel();
        for line in ["made a key", "airside is ready at http://127.0.0.1:4321."] {
            sender.send(line.to_owned()).expect("a receiver");
        }

        assert_eq!(
            wait_until_ready(&receiver).expect("an address").port(),
            Some(4321)
        );
    }

    #[test]
    fn a_server_that_ends_is_quoted() {
        let (sender, receiver) = mpsc::channel();
        sender.send("error: no".to_owned()).expect("a receiver");
        drop(sender);

        let error = wait_until_ready(&receiver)
            .expect_err("no address")
            .to_string();
        assert!(error.ends_with("error: no"), "{error}");
    }
}
