//! Starts the servers, loads them one after the other and prints the comparison.

use std::{
    env,
    ffi::OsStr,
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Args;

use crate::{
    load::{Limit, Load},
    operation::Operation,
    process::Server,
    table::{Measurement, render},
    world::{self, Algorithm, ClientKind},
};

#[derive(Args)]
pub struct Options {
    /// The server's program; by default the one beside this one
    #[arg(long, value_name = "PATH")]
    airside: Option<PathBuf>,
    /// A second a measurement, to see that everything works
    #[arg(long)]
    quick: bool,
    /// Connections at once; may be given several times
    #[arg(long, default_values_t = [1, 16, 64])]
    connections: Vec<usize>,
}

/// Measures everything and prints a table in Markdown.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let servers = Servers::start(options.airside.as_deref(), directory.path())?;
    let seconds = if options.quick { 1 } else { 5 };
    let mut measurements = Vec::new();
    for &connections in &options.connections {
        for case in CASES {
            writeln!(io::stderr(), "{} on {connections} connections", case.name)?;
            let measured = measure(&servers, case, connections, Duration::from_secs(seconds)).await;
            measurements.push(measured.with_context(|| case.name)?);
        }
    }
    write!(io::stdout(), "{}", render(&measurements))?;
    drop(servers);
    let again = start_again(options.airside.as_deref(), directory.path());
    let (started, resident_bytes) = again.await?;
    writeln!(
        io::stdout(),
        "\nready {:.0} ms after its start on this store, {:.0} MiB resident after one token",
        started.as_secs_f64() * 1000.0,
        resident_bytes as f64 / (1024.0 * 1024.0)
    )?;
    Ok(())
}

/// Starts the server on the store as it is now: the shortest time of five until it is ready, and the
/// memory that it holds after one token.
async fn start_again(airside: Option<&Path>, directory: &Path) -> anyhow::Result<(Duration, u64)> {
    let mut shortest = Duration::MAX;
    let mut resident_bytes = 0;
    for _ in 0..5 {
        let begun = Instant::now();
        let server = world::start(airside, directory, None)?;
        shortest = shortest.min(begun.elapsed());
        let case = CASES
            .iter()
            .find(|case| case.name == "client credentials, RS256");
        let case = case.context("a case of client credentials")?;
        let subject = case.client.map(|kind| kind.subject(case.algorithm));
        let mut load = Load::prepare(&server.url, case.operation, subject.as_ref(), 1).await?;
        load.measure(Limit::Requests(1)).await?;
        resident_bytes = server.resident_bytes()?;
    }
    Ok((shortest, resident_bytes))
}

/// One row of the table, at each number of connections.
struct Case {
    name: &'static str,
    operation: Operation,
    algorithm: Algorithm,
    /// None for the baseline, which has no clients.
    client: Option<ClientKind>,
    /// The row of the baseline that makes the same signatures.
    compared_with: &'static str,
    /// The maximal ratio of its cost to that of the row that it is compared with.
    at_most: Option<f64>,
}

struct Servers {
    airside: Server,
    es256: Server,
    rs256: Server,
}

impl Servers {
    fn start(airside: Option<&Path>, directory: &Path) -> anyhow::Result<Self> {
        let own = env::current_exe()?;
        let baseline =
            |name: &str| Server::start(&own, &["baseline", "--alg", name].map(OsStr::new), None);
        Ok(Self {
            airside: world::start(airside, directory, None)?,
            es256: baseline("ES256")?,
            rs256: baseline("RS256")?,
        })
    }

    fn of(&self, case: &Case) -> &Server {
        match (case.client, case.algorithm) {
            (Some(_), _) => &self.airside,
            (None, Algorithm::Es256) => &self.es256,
            (None, Algorithm::Rs256) => &self.rs256,
        }
    }
}

async fn measure(
    servers: &Servers,
    case: &Case,
    connections: usize,
    time: Duration,
) -> anyhow::Result<Measurement> {
    let server = servers.of(case);
    let subject = case.client.map(|kind| kind.subject(case.algorithm));
    let (url, subject) = (&server.url, subject.as_ref());
    let mut load = Load::prepare(url, case.operation, subject, connections).await?;
    load.stock_up().await?;
    load.measure(Limit::Time(time / 4)).await?; // warms caches, pools and the processor

    load.stock_up().await?;
    let before = server.cpu_time()?;
    let report = load.measure(Limit::Time(time)).await?;
    let cpu = server.cpu_time()?.saturating_sub(before);
    Ok(Measurement {
        name: case.name,
        compared_with: case.compared_with,
        at_most: case.at_most,
        connections,
        cpu_seconds: cpu.as_secs_f64() * 1000.0 / report.count() as f64,
        rate: report.rate(),
        p50: report.percentile(50),
        p99: report.percentile(99),
        resident_bytes: server.resident_bytes()?,
    })
}

/// The baseline comes first, so that every other row finds what it is compared with.
const CASES: &[Case] = &[
    Case {
        name: BARE,
        operation: Operation::Bare,
        algorithm: Algorithm::Es256,
        client: None,
        compared_with: "",
        at_most: None,
    },
    Case {
        name: SIGN_ES256,
        operation: Operation::Sign,
        algorithm: Algorithm::Es256,
        client: None,
        compared_with: "",
        at_most: None,
    },
    Case {
        name: SIGN_RS256,
        operation: Operation::Sign,
        algorithm: Algorithm::Rs256,
        client: None,
        compared_with: "",
        at_most: None,
    },
    Case {
        name: SIGN_TWICE_ES256,
        operation: Operation::Sign2,
        algorithm: Algorithm::Es256,
        client: None,
        compared_with: "",
        at_most: None,
    },
    Case {
        name: SIGN_TWICE_RS256,
        operation: Operation::Sign2,
        algorithm: Algorithm::Rs256,
        client: None,
        compared_with: "",
        at_most: None,
    },
    Case {
        name: "client credentials, ES256",
        operation: Operation::ClientCredentials,
        algorithm: Algorithm::Es256,
        client: Some(ClientKind::Confidential),
        compared_with: SIGN_ES256,
        at_most: Some(1.7),
    },
    Case {
        name: "client credentials, RS256",
        operation: Operation::ClientCredentials,
        algorithm: Algorithm::Rs256,
        client: Some(ClientKind::Confidential),
        compared_with: SIGN_RS256,
        at_most: Some(1.15),
    },
    Case {
        name: "code, ES256",
        operation: Operation::Code,
        algorithm: Algorithm::Es256,
        client: Some(ClientKind::Confidential),
        compared_with: SIGN_ES256,
        at_most: Some(3.3),
    },
    Case {
        name: "refresh, ES256",
        operation: Operation::Refresh,
        algorithm: Algorithm::Es256,
        client: Some(ClientKind::Confidential),
        compared_with: SIGN_ES256,
        at_most: Some(2.7),
    },
    Case {
        name: "refresh, RS256",
        operation: Operation::Refresh,
        algorithm: Algorithm::Rs256,
        client: Some(ClientKind::Confidential),
        compared_with: SIGN_RS256,
        at_most: Some(1.3),
    },
    Case {
        name: "refresh with ID token, RS256, public client",
        operation: Operation::Refresh,
        algorithm: Algorithm::Rs256,
        client: Some(ClientKind::Public),
        compared_with: SIGN_TWICE_RS256,
        at_most: Some(1.2),
    },
    Case {
        name: "refresh with ID token, ES256, public client",
        operation: Operation::Refresh,
        algorithm: Algorithm::Es256,
        client: Some(ClientKind::Public),
        compared_with: SIGN_TWICE_ES256,
        at_most: Some(2.2),
    },
    Case {
        name: "code with ID token, ES256",
        operation: Operation::Code,
        algorithm: Algorithm::Es256,
        client: Some(ClientKind::WebApp),
        compared_with: SIGN_TWICE_ES256,
        at_most: Some(2.7),
    },
    Case {
        name: "introspection of a token seen before",
        operation: Operation::Introspect,
        algorithm: Algorithm::Rs256,
        client: Some(ClientKind::Confidential),
        compared_with: BARE,
        at_most: Some(2.6),
    },
    Case {
        name: "metadata",
        operation: Operation::Discovery,
        algorithm: Algorithm::Es256,
        client: Some(ClientKind::Confidential),
        compared_with: BARE,
        at_most: Some(1.3),
    },
    Case {
        name: "JWK Set",
        operation: Operation::Jwks,
        algorithm: Algorithm::Es256,
        client: Some(ClientKind::Confidential),
        compared_with: BARE,
        at_most: Some(1.3),
    },
];

const BARE: &str = "baseline: bare answer";
const SIGN_TWICE_ES256: &str = "baseline: two ES256 signatures";
const SIGN_ES256: &str = "baseline: one ES256 signature";
const SIGN_RS256: &str = "baseline: one RS256 signature";
const SIGN_TWICE_RS256: &str = "baseline: two RS256 signatures";
