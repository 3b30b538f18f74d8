//! A closed loop: every connection sends its next request when it has the answer to the last.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use airside_client::Connection;
use anyhow::{Context, ensure};
use clap::Args;
use tokio::task::JoinSet;
use url::Url;

use crate::{
    operation::{Operation, Sequence},
    process::cpu_time_of_family,
    subject::Subject,
};

#[derive(Args)]
pub struct Options {
    /// The operation
    #[arg(value_enum)]
    operation: Operation,
    /// The server's address
    #[arg(long)]
    url: Url,
    /// The number of connections
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// The duration in seconds
    #[arg(long, default_value_t = 5.0, conflicts_with = "requests")]
    seconds: f64,
    /// The number of requests on each connection, instead of a duration
    #[arg(long)]
    requests: Option<u64>,
    /// A server's process, whose CPU time is to be measured, with that of its children; may be given
    /// several times
    #[arg(long, value_name = "PID")]
    cpu_of: Vec<u32>,
    #[command(flatten)]
    subject: Subject,
}

/// The end of a measurement.
#[derive(Clone, Copy)]
pub enum Limit {
    /// After this time.
    Time(Duration),
    /// After this many requests on each connection.
    Requests(u64),
}

/// The result of a measurement.
pub struct Report {
    elapsed: Duration,
    /// Ascending.
    latencies: Vec<Duration>,
}

/// Connections that are ready to send.
pub struct Load {
    workers: Vec<Worker>,
}

struct Worker {
    connection: Connection,
    sequence: Sequence,
}

/// Loads a server and prints one line.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let (url, subject) = (&options.url, Some(&options.subject));
    let mut load = Load::prepare(url, options.operation, subject, options.connections).await?;
    let limit = match options.requests {
        Some(requests) => Limit::Requests(requests),
        None => Limit::Time(Duration::try_from_secs_f64(options.seconds)?),
    };
    load.stock_up().await?;
    let before = cpu_times(&options.cpu_of)?;
    let report = load.measure(limit).await?;
    let after = cpu_times(&options.cpu_of)?;
    print(&report, &before, &after)
}

/// Prints rate, percentiles, and the time of the processor that each process spent on a request.
fn print(report: &Report, before: &[Duration], after: &[Duration]) -> anyhow::Result<()> {
    let [p50, p99] = [50, 99].map(|percent| report.percentile(percent).as_secs_f64() * 1000.0);
    let (count, rate) = (report.count(), report.rate());
    write!(
        io::stdout(),
        "{count} requests, {rate:.0}/s, p50 {p50:.2} ms, p99 {p99:.2} ms"
    )?;
    for (before, after) in before.iter().zip(after) {
        let spent = after.saturating_sub(*before).as_secs_f64() * 1000.0 / count as f64;
        write!(io::stdout(), ", {spent:.3} ms CPU")?;
    }
    writeln!(io::stdout())?;
    Ok(())
}

fn cpu_times(processes: &[u32]) -> anyhow::Result<Vec<Duration>> {
    processes.iter().copied().map(cpu_time_of_family).collect()
}

impl Load {
    /// Opens the connections, one after the other, and prepares each.
    pub async fn prepare(
        url: &Url,
        operation: Operation,
        subject: Option<&Subject>,
        connections: usize,
    ) -> anyhow::Result<Self> {
        let sequences = operation.prepare(url, subject, connections).await;
        let sequences = sequences.with_context(|| format!("preparing {operation:?}"))?;
        let mut workers = Vec::with_capacity(connections);
        for sequence in sequences {
            let connection = Connection::open(url).await?;
            workers.push(Worker {
                connection,
                sequence,
            });
        }
        Ok(Self { workers })
    }

    /// Fetches the codes that the next measurement uses up.
    pub async fn stock_up(&mut self) -> anyhow::Result<()> {
        match self.workers.first() {
            Some(worker) => worker.sequence.stock_up(STOCK).await,
            None => Ok(()),
        }
    }

    /// Runs every connection to the limit; an unexpected answer fails the measurement.
    pub async fn measure(&mut self, limit: Limit) -> anyhow::Result<Report> {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for worker in self.workers.drain(..) {
            tasks.spawn(worker.work(start, limit));
        }
        let mut latencies = Vec::new();
        while let Some(finished) = tasks.join_next().await {
            let (worker, measured) = finished??;
            self.workers.push(worker);
            latencies.extend(measured);
        }
        ensure!(!latencies.is_empty(), "nothing was measured");
        Ok(Report::new(start.elapsed(), latencies))
    }
}

impl Worker {
    async fn work(mut self, start: Instant, limit: Limit) -> anyhow::Result<(Self, Vec<Duration>)> {
        let mut latencies = Vec::new();
        while !limit.is_reached(start, latencies.len()) {
            let Some(request) = self.sequence.request()? else {
                break;
            };
            let sent = Instant::now();
            let answer = self.connection.send(request).await?;
            latencies.push(sent.elapsed());
            self.sequence.received(&answer)?;
        }
        Ok((self, latencies))
    }
}

impl Limit {
    fn is_reached(self, start: Instant, done: usize) -> bool {
        match self {
            Self::Time(limit) => start.elapsed() >= limit,
            Self::Requests(limit) => done as u64 >= limit,
        }
    }
}

impl Report {
    /// Latencies in any order, and the time in which they were measured.
    pub fn new(elapsed: Duration, mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self { elapsed, latencies }
    }

    /// Returns the number of requests that were answered.
    pub fn count(&self) -> usize {
        self.latencies.len()
    }

    /// Returns the requests a second.
    pub fn rate(&self) -> f64 {
        self.count() as f64 / self.elapsed.as_secs_f64()
    }

    /// Returns the latency that this percentage of the requests did not exceed.
    pub fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.count() * percent).div_ceil(100).saturating_sub(1);
        self.latencies.get(rank).copied().unwrap_or_default()
    }
}

/// The number of codes that a measurement redeems at most: they are fetched within their lifetime of a minute.
const STOCK: usize = 8000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_latency_that_occurred() {
        let latencies: Vec<_> = (1..=200).map(Duration::from_micros).collect();
        let report = Report {
            elapsed: Duration::from_secs(2),
            latencies,
        };

        assert_eq!(report.percentile(50), Duration::from_micros(100));
        assert_eq!(report.percentile(99), Duration::from_micros(198));
        assert_eq!(report.percentile(100), Duration::from_micros(200));
        assert_eq!(report.rate().round(), 100.0);
    }
}
