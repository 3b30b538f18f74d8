//! The time from the start of the process to its tokens.

use std::time::{Duration, Instant};

use airside_client::Connection;
use anyhow::Context;
use http::StatusCode;

use super::{figure::milliseconds, site::Site, table::Table};
use crate::{
    load::Report,
    request::{client_credentials, expect},
    world::{Algorithm, ClientKind},
};

/// The moments of one start.
#[derive(Default)]
struct Moments {
    ready: Vec<Duration>,
    first_token: Vec<Duration>,
    /// Latencies of the first and the tenth request.
    first: Vec<Duration>,
    tenth: Vec<Duration>,
}

/// Starts the server on an existing store again and again.
pub async fn measure(site: &Site, table: &mut Table) -> anyhow::Result<()> {
    site.start_and_stop()?;
    let mut moments = Moments::default();
    for _ in 0..site.scale.rounds {
        start(site, &mut moments).await?;
    }
    let Moments {
        ready,
        first_token,
        first,
        tenth,
    } = moments;
    let lines = [
        ("process start to `ready`", ready),
        ("process start to the first token", first_token),
        ("first request after `ready`", first),
        ("tenth request", tenth),
    ];
    for (what, times) in lines {
        let report = Report::new(Duration::ZERO, times);
        let [median, most] = [50, 100].map(|percent| milliseconds(report.percentile(percent)));
        table.line(what, format!("{median} (at most {most})"))?;
    }
    Ok(())
}

async fn start(site: &Site, moments: &mut Moments) -> anyhow::Result<()> {
    let begun = Instant::now();
    let server = site.start(None)?;
    moments.ready.push(begun.elapsed());
    let subject = ClientKind::Confidential.subject(Algorithm::Es256);
    let request = client_credentials(&server.url, &subject).to_http()?;
    let mut connection = Connection::open(&server.url).await?;
    let mut took = Vec::new();
    for _ in 0..10 {
        let sent = Instant::now();
        let answer = connection.send(request.clone()).await?;
        took.push(sent.elapsed());
        expect(&answer, StatusCode::OK)?;
        if took.len() == 1 {
            moments.first_token.push(begun.elapsed());
        }
    }
    moments.first.extend(took.first());
    moments.tenth.push(*took.last().context("ten requests")?);
    server.stop()
}
