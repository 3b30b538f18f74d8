//! Ten times what the server can carry: what is served, what is refused, and how soon it is over.

use std::{
    env,
    ffi::OsStr,
    io::{self, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;
use futures_util::future::try_join_all;
use tempfile::TempDir;

use crate::{
    load::{Limit, Load, Report},
    open::{self, Outcome},
    operation::{Operation, Sequence},
    process::Server,
    subject::Subject,
    world::{self, Algorithm, ClientKind},
};

#[derive(Args)]
pub struct Options {
    /// The server's program; by default the one beside this one
    #[arg(long, value_name = "PATH")]
    airside: Option<PathBuf>,
    /// How many seconds each load lasts
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Connections that ask at the same time
    #[arg(long, default_value_t = 1000)]
    connections: usize,
    /// How many times the peak is asked for
    #[arg(long, default_value_t = 10.0)]
    times: f64,
    /// What signs the tokens
    #[arg(long, value_enum, default_value = "rs256")]
    algorithm: Algorithm,
    /// Cores of the server, as `taskset -c` names them; run this program on others
    #[arg(long, value_name = "LIST")]
    server_cores: Option<String>,
    /// Only this operation; may be given several times
    #[arg(long, value_enum)]
    only: Vec<Operation>,
}

/// A server, and how it is loaded.
struct World {
    server: Server,
    /// Does nothing but answer: what the system and the load generator can do.
    bare: Server,
    _directory: TempDir,
    algorithm: Algorithm,
    connections: usize,
    times: f64,
    time: Duration,
}

/// An operation and how it goes when it goes well.
struct Peak {
    operation: Operation,
    rate: f64,
}

/// Measures each operation alone, then all together, and prints a table in Markdown.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let cores = options.server_cores.as_deref();
    let own = env::current_exe()?;
    let bare = ["baseline", "--alg", "ES256"].map(OsStr::new);
    let world = World {
        bare: Server::start(&own, &bare, cores)?,
        server: world::start(options.airside.as_deref(), directory.path(), cores)?,
        _directory: directory,
        algorithm: options.algorithm,
        connections: options.connections,
        times: options.times,
        time: Duration::from_secs(options.seconds),
    };
    write!(io::stdout(), "{HEAD}")?;
    let mut peaks = Vec::new();
    for operation in OPERATIONS {
        if options.only.is_empty() || options.only.contains(&operation) {
            let peak = world.peak(operation).await?;
            world.alone(&peak).await?;
            peaks.push(peak);
        }
    }
    peaks.retain(|peak| peak.operation != Operation::Bare);
    if peaks.len() > 1 {
        world.together(&peaks).await?;
    }
    world.sign_ins_beside_refreshes().await
}

impl World {
    /// What a closed loop gets out of it.
    async fn peak(&self, operation: Operation) -> anyhow::Result<Peak> {
        writeln!(io::stderr(), "{operation:?}")?;
        let subject = self.subject();
        let server = self.server(operation);
        let url = &server.url;
        let mut load = Load::prepare(url, operation, Some(&subject), AT_THE_PEAK).await?;
        load.stock_up().await?;
        load.measure(Limit::Time(self.time / 5)).await?;
        load.stock_up().await?;
        let before = server.cpu_time()?;
        let report = load.measure(Limit::Time(self.time)).await?;
        let cpu = server.cpu_time()?.saturating_sub(before);
        let rate = report.rate();
        let name = format!("{operation:?}, {AT_THE_PEAK} connections");
        let memory = memory(server)?;
        row(&name, Row::peak(&report, cpu, memory))?;
        Ok(Peak { operation, rate })
    }

    async fn alone(&self, peak: &Peak) -> anyhow::Result<()> {
        let server = self.server(peak.operation);
        let calm = self.calm(peak.operation).await?;
        let before = memory(server)?;
        let sequences = self
            .sequences(peak, self.connections, peak.rate * self.time.as_secs_f64())
            .await?;
        let rate = peak.rate * self.times;
        let begun = server.cpu_time()?;
        let (outcome, _) = open::offer(&server.url, sequences, rate, self.time).await?;
        let cpu = server.cpu_time()?.saturating_sub(begun);
        let after = memory(server)?;
        let normal = self.until_normal(peak.operation, calm).await?;
        let name = format!("{:?}, × {}", peak.operation, self.times);
        row(
            &name,
            Row {
                of_peak: Some(outcome.served.len() as f64 / self.time.as_secs_f64() / peak.rate),
                cpu: Some(cpu_of_each(cpu, outcome.served.len())),
                memory: (before, after),
                normal: Some(normal),
                ..Row::of(&outcome, self.time)
            },
        )
    }

    /// Everything at once. What is never refused comes at a tenth of its peak, everything else at so
    /// many times its share of the machine.
    async fn together(&self, peaks: &[Peak]) -> anyhow::Result<()> {
        writeln!(io::stderr(), "together")?;
        let sheddable = peaks.iter().filter(|peak| is_sheddable(peak.operation));
        let share = self.times / sheddable.count().max(1) as f64;
        let connections = self.connections / peaks.len();
        let mut offers = Vec::new();
        for peak in peaks {
            let times = match is_sheddable(peak.operation) {
                true => share,
                false => 0.1,
            };
            let used_up = peak.rate * self.time.as_secs_f64();
            let sequences = self.sequences(peak, connections, used_up).await?;
            offers.push((peak, times, sequences));
        }
        let calm = self.calm(Operation::Jwks).await?;
        let before = memory(&self.server)?;
        let offering = offers
            .into_iter()
            .map(|(peak, times, sequences)| async move {
                let url = &self.server.url;
                let (outcome, _) =
                    open::offer(url, sequences, peak.rate * times, self.time).await?;
                anyhow::Ok((peak, times, outcome))
            });
        let outcomes = try_join_all(offering).await?;
        let memory = (before, memory(&self.server)?);
        let normal = self.until_normal(Operation::Jwks, calm).await?;
        let mut work = 0.0;
        for (peak, times, outcome) in &outcomes {
            let of_peak = outcome.served.len() as f64 / self.time.as_secs_f64() / peak.rate;
            work += of_peak;
            row(
                &format!("together: {:?}, × {times:.1}", peak.operation),
                Row {
                    of_peak: Some(of_peak),
                    memory,
                    normal: Some(normal),
                    ..Row::of(outcome, self.time)
                },
            )?;
        }
        writeln!(
            io::stdout(),
            "\ntogether: {:.0} % of the peak",
            work * 100.0
        )?;
        Ok(())
    }

    /// 100 sign-ins a second, more than the password pool of two cores can do, beside refreshes.
    async fn sign_ins_beside_refreshes(&self) -> anyhow::Result<()> {
        writeln!(io::stderr(), "sign-ins beside refreshes")?;
        let (subject, url) = (self.subject(), &self.server.url);
        let prepare =
            async |operation: Operation, count| operation.prepare(url, Some(&subject), count).await;
        let refreshes = prepare(Operation::Refresh, 16).await?;
        let sign_ins = prepare(Operation::SignIn, 500).await?;
        let before = memory(&self.server)?;
        let (alone, refreshes) = open::offer(url, refreshes, 200.0, self.time).await?;
        let (refreshed, signed_in) = tokio::try_join!(
            open::offer(url, refreshes, 200.0, self.time),
            open::offer(url, sign_ins, 100.0, self.time),
        )?;
        let memory = (before, memory(&self.server)?);
        let of = |outcome| Row {
            memory,
            ..Row::of(outcome, self.time)
        };
        row("200 refreshes a second", of(&alone))?;
        row("the same beside 100 sign-ins a second", of(&refreshed.0))?;
        row("those sign-ins", of(&signed_in.0))
    }

    async fn sequences(
        &self,
        peak: &Peak,
        connections: usize,
        used_up: f64,
    ) -> anyhow::Result<Vec<Sequence>> {
        let (subject, url) = (self.subject(), &self.server(peak.operation).url);
        let prepared = peak.operation.prepare(url, Some(&subject), connections);
        let sequences = prepared.await?;
        let first = sequences.first().context("no connections")?;
        first.stock_up((used_up * 1.2) as usize).await?;
        Ok(sequences)
    }

    /// The median when next to nothing is asked.
    async fn calm(&self, operation: Operation) -> anyhow::Result<Duration> {
        let calm = self.a_little(operation, Duration::from_secs(1)).await?;
        Ok(calm.report(self.time).percentile(50))
    }

    async fn a_little(&self, operation: Operation, time: Duration) -> anyhow::Result<Outcome> {
        let (subject, url) = (self.subject(), &self.server(operation).url);
        let sequences = operation.prepare(url, Some(&subject), 2).await?;
        if let Some(first) = sequences.first() {
            first.stock_up(64).await?;
        }
        let (outcome, _) = open::offer(url, sequences, 30.0, time).await?;
        Ok(outcome)
    }

    /// How long it takes until next to nothing is as fast again as it was, and nothing is refused.
    async fn until_normal(&self, operation: Operation, calm: Duration) -> anyhow::Result<Duration> {
        let over = Instant::now();
        loop {
            let begun = over.elapsed();
            if let Ok(outcome) = self.a_little(operation, WINDOW).await {
                let all = outcome.refused.is_empty() && outcome.late == 0;
                if all && outcome.report(WINDOW).percentile(50) <= calm * 2 {
                    return Ok(begun);
                }
            }
            anyhow::ensure!(begun < MOST_RECOVERY, "{operation:?} stays slow");
        }
    }

    fn subject(&self) -> Subject {
        ClientKind::Confidential.subject(self.algorithm)
    }

    fn server(&self, operation: Operation) -> &Server {
        match operation {
            Operation::Bare | Operation::Sign | Operation::Sign2 => &self.bare,
            _ => &self.server,
        }
    }
}

/// MiB.
fn memory(server: &Server) -> anyhow::Result<f64> {
    Ok(server.resident_bytes()? as f64 / (1024.0 * 1024.0))
}

/// The CPU time of a server for each request that was served, in ms.
fn cpu_of_each(cpu: Duration, served: usize) -> f64 {
    cpu.as_secs_f64() * 1000.0 / served.max(1) as f64
}

/// One line of the table.
#[derive(Default)]
struct Row {
    /// Per second: come, sent, served, refused, answered too late.
    rates: [f64; 5],
    of_peak: Option<f64>,
    /// ms a request that was served.
    cpu: Option<f64>,
    percentiles: [Duration; 2],
    /// MiB before and after.
    memory: (f64, f64),
    normal: Option<Duration>,
}

impl Row {
    fn peak(report: &Report, cpu: Duration, memory: f64) -> Self {
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

    fn of(outcome: &Outcome, time: Duration) -> Self {
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

fn row(name: &str, row: Row) -> anyhow::Result<()> {
    let [come, sent, served, refused, late] = row.rates;
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
        "| {name} | {come:.0} | {sent:.0} | {served:.0} | {of_peak} | {refused:.0} | {late:.0} | {cpu} | {p50:.1} | {p99:.1} | {before:.0} → {after:.0} | {normal} |"
    )?;
    Ok(())
}

/// Revocation, keys and introspection are answered whatever happens.
fn is_sheddable(operation: Operation) -> bool {
    !matches!(
        operation,
        Operation::Introspect | Operation::Jwks | Operation::Discovery
    )
}

const OPERATIONS: [Operation; 7] = [
    Operation::Bare,
    Operation::SignIn,
    Operation::Code,
    Operation::Refresh,
    Operation::ClientCredentials,
    Operation::Introspect,
    Operation::Jwks,
];

/// As many connections as the server is best with.
const AT_THE_PEAK: usize = 64;

const WINDOW: Duration = Duration::from_millis(300);

const MOST_RECOVERY: Duration = Duration::from_secs(30);

const HEAD: &str = "\
| load | come /s | sent /s | served /s | of the peak | 503 /s | too late /s | CPU ms each | p50 ms | p99 ms | MiB | normal after s |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";
