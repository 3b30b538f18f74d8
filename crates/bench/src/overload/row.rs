//! The table of an overload in Markdown.

use std::{
    io::{self, Write},
    time::Duration,
};

use crate::{load::Report, open::Outcome};

/// Returns the CPU time of a server for each request that was served, in ms.
pub fn cpu_of_each(cpu: Duration, served: usize) -> f64 {
    cpu.as_secs_f64() * 1000.0 / served.max(1) as f64
}

/// One line of the table.
#[derive(Default)]
pub struct Row {
    /// Per second: offered, sent, served, refused, answered too late.
    pub rates: [f64; 5],
    /// The served requests as a share of the peak.
    pub of_peak: Option<f64>,
    /// ms for each request that was served.
    pub cpu: Option<f64>,
    /// Latencies: median and 99th percentile.
    pub percentiles: [Duration; 2],
    /// MiB before and after.
    pub memory: (f64, f64),
    /// The time until the server has recovered.
    pub normal: Option<Duration>,
}

impl Row {
    /// Describes a closed loop.
    pub fn peak(report: &Report, cpu: Duration, memory: f64) -> Self {
        let rate = report.rate();
        Self {
            rates: [rate, rate, rate, 0.0, 0.0],
            of_peak: None,
            cpu: Some(cpu_of_each(cpu, report.count())),
            percentiles: [50, 99].map(|percent| report.percentile(percent)),
            memory: (memory, memory),
            normal: None,
        }
    }

    /// Describes an open loop that lasted for `time`.
    pub fn of(outcome: &Outcome, time: Duration) -> Self {
        let report = outcome.report(time);
        let counts = [
            outcome.offered,
            outcome.sent(),
            outcome.served.len() as u64,
            outcome.refused.len() as u64,
            outcome.late,
        ];
        Self {
            rates: counts.map(|count| count as f64 / time.as_secs_f64()),
            percentiles: [50, 99].map(|percent| report.percentile(percent)),
            ..Self::default()
        }
    }
}

/// Prints one line.
pub fn print(name: &str, row: Row) -> anyhow::Result<()> {
    let [offered, sent, served, refused, late] = row.rates;
    let [p50, p99] = row
        .percentiles
        .map(|latency| latency.as_secs_f64() * 1000.0);
    let of_peak = row.of_peak.map(|share| format!("{:.0} %", share * 100.0));
    let normal = row.normal.map(|time| format!("{:.1}", time.as_secs_f64()));
    let cpu = row.cpu.map(|cpu| format!("{cpu:.3}")).unwrap_or_default();
    let (before, after) = row.memory;
    let (of_peak, normal) = (of_peak.unwrap_or_default(), normal.unwrap_or_default());
    writeln!(
        io::stdout(),
        "| {name} | {offered:.0} | {sent:.0} | {served:.0} | {of_peak} | {refused:.0} | {late:.0} | {cpu} | {p50:.1} | {p99:.1} | {before:.0} → {after:.0} | {normal} |"
    )?;
    Ok(())
}

/// The head of the table.
pub const HEAD: &str = "\
| load | come /s | sent /s | served /s | of the peak | 503 /s | too late /s | CPU ms each | p50 ms | p99 ms | MiB | normal after s |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";
