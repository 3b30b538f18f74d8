//! Who is refused, and who waits, when many connections ask in a closed loop.

use std::time::{Duration, Instant};

use airside_client::Connection;
use http::StatusCode;
use tokio::task::JoinSet;
use url::Url;

use super::{figure::milliseconds, site::Site, table::Table};
use crate::{
    load::Report,
    operation::{Operation, Sequence},
    world::{Algorithm, ClientKind},
};

/// The requests of a closed loop, by their end.
#[derive(Default)]
struct Outcome {
    served: Vec<Duration>,
    refused: Vec<Duration>,
}

/// A load.
struct Crowd {
    name: &'static str,
    operation: Operation,
    algorithm: Algorithm,
    client: ClientKind,
    cores: Option<&'static str>,
    connections: usize,
}

/// Measures a crowd on all cores, and one of costly requests on one core.
pub async fn measure(site: &Site, table: &mut Table) -> anyhow::Result<()> {
    let crowds = [
        Crowd {
            name: "client credentials, ES256",
            operation: Operation::ClientCredentials,
            algorithm: Algorithm::Es256,
            client: ClientKind::Confidential,
            cores: None,
            connections: site.scale.crowd,
        },
        Crowd {
            name: "refresh with ID token, RS256, one core",
            operation: Operation::Refresh,
            algorithm: Algorithm::Rs256,
            client: ClientKind::Public,
            cores: Some("0"),
            connections: 64,
        },
    ];
    for crowd in crowds {
        let server = site.start(crowd.cores)?;
        let subject = crowd.client.subject(crowd.algorithm);
        let connections = crowd.connections;
        let (operation, url) = (crowd.operation, &server.url);
        let sequences = operation.prepare(url, Some(&subject), connections).await?;
        let (outcome, sequences) = closed_loop(url, sequences, site.scale.load / 4).await?;
        drop(outcome); // warms up
        let (outcome, _) = closed_loop(url, sequences, site.scale.load).await?;
        describe(&crowd, outcome, site.scale.load, table)?;
        server.stop()?;
    }
    Ok(())
}

fn describe(crowd: &Crowd, outcome: Outcome, time: Duration, table: &Table) -> anyhow::Result<()> {
    let (connections, name) = (crowd.connections, crowd.name);
    let of = format!("{connections} connections, {name}");
    let answered = outcome.served.len() + outcome.refused.len();
    let refused = outcome.refused.len() as f64 / answered.max(1) as f64;
    table.line(
        format!("{of}: 503"),
        format!(
            "{:.3} % ({} of {answered})",
            refused * 100.0,
            outcome.refused.len()
        ),
    )?;
    let served = Report::new(time, outcome.served);
    let rate = served.rate();
    table.line(format!("{of}: served"), format!("{rate:.0} /s"))?;
    let share = Duration::from_secs_f64(connections as f64 / rate);
    table.line(
        format!("{of}: connections ÷ throughput"),
        milliseconds(share),
    )?;
    let percentiles = [50, 95, 99, 100].map(|percent| milliseconds(served.percentile(percent)));
    table.line(
        format!("{of}: p50, p95, p99, longest"),
        percentiles.join(", "),
    )
}

/// Every connection asks when it has its answer, also after a refusal.
async fn closed_loop(
    url: &Url,
    sequences: Vec<Sequence>,
    time: Duration,
) -> anyhow::Result<(Outcome, Vec<Sequence>)> {
    let mut connections = Vec::with_capacity(sequences.len());
    for sequence in sequences {
        connections.push((Connection::open(url).await?, sequence));
    }
    let end = Instant::now() + time;
    let mut tasks = JoinSet::new();
    for (connection, sequence) in connections {
        tasks.spawn(ask_until(end, connection, sequence));
    }
    let mut total = Outcome::default();
    let mut sequences = Vec::new();
    while let Some(finished) = tasks.join_next().await {
        let (outcome, sequence) = finished??;
        total.served.extend(outcome.served);
        total.refused.extend(outcome.refused);
        sequences.push(sequence);
    }
    Ok((total, sequences))
}

async fn ask_until(
    end: Instant,
    mut connection: Connection,
    mut sequence: Sequence,
) -> anyhow::Result<(Outcome, Sequence)> {
    let mut outcome = Outcome::default();
    while Instant::now() < end {
        let Some(request) = sequence.request()? else {
            break;
        };
        let sent = Instant::now();
        let answer = connection.send(request).await?;
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            outcome.refused.push(sent.elapsed());
            sequence.refused();
        } else {
            outcome.served.push(sent.elapsed());
            sequence.received(&answer)?;
        }
    }
    Ok((outcome, sequence))
}
