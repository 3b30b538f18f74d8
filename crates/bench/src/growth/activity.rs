//! CPU time and wakeups of processes, from `/proc`.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context;
use tokio::time::sleep;

/// The time and the CPU time of the busiest moment of a span in which little is done.
#[derive(Clone, Copy, Default)]
pub struct Burst {
    pub elapsed: Duration,
    pub cpu: Duration,
}

/// The CPU time of threads, exact to the microsecond.
pub struct CpuTime(BTreeMap<PathBuf, Duration>);

/// Returns how often each thread of a process has waited, by the thread's name: each wait ends with a
/// wakeup. Threads whose names differ in their number only are one.
pub fn waits(process: u32) -> anyhow::Result<BTreeMap<String, u64>> {
    let mut waits = BTreeMap::new();
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let thread = thread?.path();
        let (Ok(name), Ok(status)) = (
            fs::read_to_string(thread.join("comm")),
            fs::read_to_string(thread.join("status")),
        ) else {
            continue; // it has ended
        };
        let name = name
            .trim()
            .trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        let count = member(&status, "voluntary_ctxt_switches:").context("no count of waits")?;
        *waits.entry(name.to_owned()).or_default() += count;
    }
    Ok(waits)
}

/// Watches processes for some time; returns the busiest moment: neighbouring samples in which they ran
/// for more than a fifth of the time.
pub async fn busiest(processes: &[u32], time: Duration) -> anyhow::Result<Burst> {
    let mut busiest = Burst::default();
    let mut current = Burst::default();
    let begun = Instant::now();
    let (mut at, mut cpu) = (begun, CpuTime::of(processes));
    while begun.elapsed() < time {
        sleep(SAMPLE).await;
        let now = CpuTime::of(processes);
        let sample = Burst {
            elapsed: at.elapsed(),
            cpu: now.since(&cpu),
        };
        (at, cpu) = (Instant::now(), now);
        if sample.cpu * 5 > sample.elapsed {
            current.elapsed += sample.elapsed;
            current.cpu += sample.cpu;
        } else {
            current = Burst::default();
        }
        if current.cpu > busiest.cpu {
            busiest = current;
        }
    }
    Ok(busiest)
}

impl CpuTime {
    /// Reads the times of the threads of these processes; one that has ended has none.
    pub fn of(processes: &[u32]) -> Self {
        let mut threads = BTreeMap::new();
        for process in processes {
            let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else {
                continue;
            };
            threads.extend(tasks.filter_map(|task| {
                let path = task.ok()?.path();
                let times = fs::read_to_string(path.join("schedstat")).ok()?;
                let nanoseconds = times.split_whitespace().next()?.parse().ok()?;
                Some((path, Duration::from_nanos(nanoseconds)))
            }));
        }
        Self(threads)
    }

    /// Returns the time that was spent since then. What a thread spent before it ended is not in it.
    pub fn since(&self, then: &Self) -> Duration {
        let spent = |(path, time): (&PathBuf, &Duration)| {
            time.saturating_sub(then.0.get(path).copied().unwrap_or_default())
        };
        self.0.iter().map(spent).sum()
    }
}

/// Returns the resident memory that is backed by no file, in bytes.
pub fn anonymous_bytes(process: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let kibibytes = member(&status, "RssAnon:").context("/proc/PID/status has no RssAnon")?;
    Ok(kibibytes * 1024)
}

fn member(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

const SAMPLE: Duration = Duration::from_millis(4);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_and_memory_are_read_by_their_names() {
        let status = "VmRSS:\t 9 kB\nRssAnon:\t  2048 kB\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t1\n";

        assert_eq!(member(status, "RssAnon:"), Some(2048));
        assert_eq!(member(status, "voluntary_ctxt_switches:"), Some(7));
        assert_eq!(member(status, "VmSwap:"), None);
    }
}
