//! Ten times the load that the server can carry: how much is served and refused, and how soon the
//! server recovers.

mod row;

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

use self::row::{HEAD, Row, cpu_of_each, print};
use crate::{
    load::{Limit, Load},
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
    /// The duration of each load, in seconds
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// The number of connections
    #[arg(long, default_value_t = 1000)]
    connections: usize,
    /// The load as a multiple of the peak
    #[arg(long, default_value_t = 10.0)]
    times: f64,
    /// The algorithm of the tokens' signatures
    #[arg(long, value_enum, default_value = "rs256")]
    algorithm: Algorithm,
    /// Cores of the server, as `taskset -c` names them; run this program on others
    #[arg(long, value_name = "LIST")]
    server_cores: Option<String>,
    /// Only this operation; may be given several times
    #[arg(long, value_enum)]
    only: Vec<Operation>,
}

/// The servers and the load.
struct World {
    server: Server,
    /// The baseline: the limit of the system and the load generator.
    bare: Server,
    _directory: TempDir,
    algorithm: Algorithm,
    connections: usize,
    times: f64,
    time: Duration,
}

/// An operation and its rate in a closed loop.
struct Peak {
    operation: Operation,
    rate: f64,
}

/// Measures each operation alone, then all together, and prints a table in Markdown.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let world = World::start(&options)?;
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

/// Requests of one operation at a multiple of its peak.
struct Offer<'a> {
    peak: &'a Peak,
    times: f64,
    sequences: Vec<Sequence>,
}

impl Offer<'_> {
    /// Makes the offer: its name, the part of the peak that was served, and the outcome.
    async fn make(self, world: &World) -> anyhow::Result<(String, f64, Outcome)> {
        let (url, rate) = (&world.server.url, self.peak.rate * self.times);
        let (outcome, _) = open::offer(url, self.sequences, rate, world.time).await?;
        let served = outcome.served.len() as f64 / world.time.as_secs_f64();
        let name = format!("together: {:?}, × {:.1}", self.peak.operation, self.times);
        Ok((name, served / self.peak.rate, outcome))
    }
}

impl World {
    fn start(options: &Options) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let cores = options.server_cores.as_deref();
        let own = env::current_exe()?;
        let bare = ["baseline", "--alg", "ES256"].map(OsStr::new);
        Ok(Self {
            bare: Server::start(&own, &bare, cores)?,
            server: world::start(options.airside.as_deref(), directory.path(), cores)?,
            _directory: directory,
            algorithm: options.algorithm,
            connections: options.connections,
            times: options.times,
            time: Duration::from_secs(options.seconds),
        })
    }

    /// Measures the rate of a closed loop.
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
        print(&name, Row::peak(&report, cpu, memory))?;
        Ok(Peak { operation, rate })
    }

    async fn alone(&self, peak: &Peak) -> anyhow::Result<()> {
        let server = self.server(peak.operation);
        let calm = self.calm(peak.operation).await?;
        let before = memory(server)?;
        let used_up = peak.rate * self.time.as_secs_f64();
        let sequences = self.sequences(peak, self.connections, used_up).await?;
        let rate = peak.rate * self.times;
        let begun = server.cpu_time()?;
        let (outcome, _) = open::offer(&server.url, sequences, rate, self.time).await?;
        let cpu = server.cpu_time()?.saturating_sub(begun);
        let after = memory(server)?;
        let normal = self.until_normal(peak.operation, calm).await?;
        let name = format!("{:?}, × {}", peak.operation, self.times);
        let row = Row {
            of_peak: Some(outcome.served.len() as f64 / self.time.as_secs_f64() / peak.rate),
            cpu: Some(cpu_of_each(cpu, outcome.served.len())),
            memory: (before, after),
            normal: Some(normal),
            ..Row::of(&outcome, self.time)
        };
        print(&name, row)
    }

    /// Prepares an offer of a part of each peak.
    async fn offers<'a>(&self, peaks: &'a [Peak]) -> anyhow::Result<Vec<Offer<'a>>> {
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
            offers.push(Offer {
                peak,
                times,
                sequences,
            });
        }
        Ok(offers)
    }

    /// Offers all operations at once: those that are never refused at a tenth of their peak, the
    /// others at a multiple of their share of the machine.
    async fn together(&self, peaks: &[Peak]) -> anyhow::Result<()> {
        writeln!(io::stderr(), "together")?;
        let offers = self.offers(peaks).await?;
        let calm = self.calm(Operation::Jwks).await?;
        let before = memory(&self.server)?;
        let offering = offers.into_iter().map(|offer| offer.make(self));
        let outcomes = try_join_all(offering).await?;
        let memory = (before, memory(&self.server)?);
        let normal = self.until_normal(Operation::Jwks, calm).await?;
        let mut work = 0.0;
        for (name, of_peak, outcome) in outcomes {
            work += of_peak;
            let row = Row {
                of_peak: Some(of_peak),
                memory,
                normal: Some(normal),
                ..Row::of(&outcome, self.time)
            };
            print(&name, row)?;
        }
        writeln!(
            io::stdout(),
            "\ntogether: {:.0} % of the peak",
            work * 100.0
        )?;
        Ok(())
    }

    /// Offers 100 sign-ins a second, more than the password pool of two cores can do, beside refreshes.
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
        print("200 refreshes a second", of(&alone))?;
        print("the same beside 100 sign-ins a second", of(&refreshed.0))?;
        print("those sign-ins", of(&signed_in.0))
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

    /// Measures the median latency of a small load.
    async fn calm(&self, operation: Operation) -> anyhow::Result<Duration> {
        let calm = self.small_load(operation, Duration::from_secs(1)).await?;
        Ok(calm.report(self.time).percentile(50))
    }

    async fn small_load(&self, operation: Operation, time: Duration) -> anyhow::Result<Outcome> {
        let (subject, url) = (self.subject(), &self.server(operation).url);
        let sequences = operation.prepare(url, Some(&subject), 2).await?;
        if let Some(first) = sequences.first() {
            first.stock_up(64).await?;
        }
        let (outcome, _) = open::offer(url, sequences, 30.0, time).await?;
        Ok(outcome)
    }

    /// Measures the time until a small load is as fast again as before and nothing is refused.
    async fn until_normal(&self, operation: Operation, calm: Duration) -> anyhow::Result<Duration> {
        let over = Instant::now();
        loop {
            let begun = over.elapsed();
            if let Ok(outcome) = self.small_load(operation, WINDOW).await {
                let all = outcome.refused.is_empty() && outcome.late == 0;
                if all && outcome.report(WINDOW).percentile(50) <= calm * 2 {
                    return Ok(begun);
                }
            }
            anyhow::ensure!(begun < MAX_RECOVERY, "{operation:?} stays slow");
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

/// Returns the resident memory of a server in MiB.
fn memory(server: &Server) -> anyhow::Result<f64> {
    Ok(server.resident_bytes()? as f64 / (1024.0 * 1024.0))
}

/// Returns false for operations that the server never refuses.
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

/// The number of connections with the highest rate.
const AT_THE_PEAK: usize = 64;

const WINDOW: Duration = Duration::from_millis(300);

const MAX_RECOVERY: Duration = Duration::from_secs(30);
