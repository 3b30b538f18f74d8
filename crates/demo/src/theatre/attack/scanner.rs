//! The scanner, let loose on the API without the guard and behind it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use airside_net::Client;
use airside_oauth::key::entropy::Random;
use airside_scan::{
    Settings,
    check::CHECKS,
    document::{self, Api},
    identity::{Credential, NamedIdentity, Recipe, Secret},
    probe::{BaseUrl, Limits},
    report::Report,
};
use airside_server::clock::{Clock, SystemClock, SystemRandom};
use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use tokio::runtime::Handle;

use super::{
    actor::{Actor, Who},
    matrix::Matrix,
    side::Side,
};
use crate::{bare_bank::DOCUMENT, theatre::live::LiveLog};

/// Scans both APIs with the same document and the same three callers.
pub async fn play(actor: &mut Actor<'_>) -> Result<()> {
    let callers = callers(actor).await?;
    let company = actor.company;
    for (side, url) in [
        (Side::Off, &company.bare_url),
        (Side::On, &company.world.bank_url),
    ] {
        let told = Told {
            live: company.live.clone(),
            side,
        };
        let report = scan(url, callers.clone(), told).await?;
        actor.outcome.scans.push(Matrix::of(side, &report));
    }
    company.bare.restore();
    let holes = |side: Side| {
        let of_side = actor.outcome.scans.iter().find(|one| one.side == side);
        of_side.map_or(0, |matrix| matrix.holes.len())
    };
    let number = format!("{} and {}", holes(Side::Off), holes(Side::On));
    let what = "holes proven: without the guard, and behind it";
    actor.outcome.number = Some((number, what));
    Ok(())
}

/// Alice, who attacks; Bob, whose objects she tries; and an administrator to compare with.
async fn callers(actor: &mut Actor<'_>) -> Result<Vec<NamedIdentity>> {
    let mut callers = Vec::new();
    for (who, name, role) in [
        (Who::Bob, "bob", "customer"),
        (Who::Alice, "alice", "customer"),
        (Who::Admin, "admin", "admin"),
    ] {
        let token = actor.tokens(who).await?.access;
        callers.push(NamedIdentity {
            name: name.to_owned(),
            role: Some(role.to_owned()),
            tenant: None,
            credential: Credential::Token(Secret::new(token)),
        });
    }
    Ok(callers)
}

/// Scans one API, within bounds of requests and of time.
async fn scan(url: &str, callers: Vec<NamedIdentity>, told: Told) -> Result<Report> {
    let settings = settings(url, callers, told)?;
    let interrupt = Arc::clone(&settings.interrupt);
    // a scan stays on one thread
    let runtime = Handle::current();
    let mut scan = tokio::task::spawn_blocking(move || runtime.block_on(run(settings)));
    let report = match tokio::time::timeout(MAX_TIME, &mut scan).await {
        Ok(report) => report,
        Err(_) => {
            // what it made is deleted, and it reports what it knows
            interrupt.store(true, Ordering::Relaxed);
            scan.await
        }
    };
    report.context("the scan was lost")?
}

fn settings(url: &str, callers: Vec<NamedIdentity>, told: Told) -> Result<Settings> {
    Ok(Settings {
        api: api()?,
        base: BaseUrl::parse(url, &[])?,
        identities: callers,
        recipe: Recipe::default(),
        presentation: None,
        limits: Limits {
            requests: MAX_REQUESTS,
            ..Limits::default()
        },
        allow_writes: true,
        concurrency: 4,
        seed: u64::from_le_bytes(SystemRandom.draw().bytes("scan")),
        client: Client::new()?,
        now: || SystemClock.now().as_millis() / 1000,
        interrupt: Arc::new(AtomicBool::new(false)),
        progress: Box::new(move |what| told.progress(what)),
    })
}

async fn run(settings: Settings) -> Result<Report> {
    Ok(airside_scan::run(settings).await?)
}

fn api() -> Result<Api> {
    let document: Value = serde_json::from_str(DOCUMENT)?;
    let files = [(NAME.to_owned(), Ok(document))].into();
    document::read(NAME, &files).map_err(|why| anyhow!(why))
}

/// The live log, which is told of the progress of one scan.
struct Told {
    live: LiveLog,
    side: Side,
}

impl Told {
    /// Tells which check runs.
    fn progress(&self, what: &str) {
        let place = match self.side {
            Side::Off => "without the guard",
            Side::On | Side::Both => "behind the guard",
        };
        if CHECKS.iter().any(|check| check.name == what) {
            self.live.scanner(&format!("{what}, {place}"));
        }
    }
}

const NAME: &str = "bank-api.json";
/// Requests of one scan, and its time.
const MAX_REQUESTS: u64 = 1_000;
const MAX_TIME: Duration = Duration::from_secs(10);
