//! Measures the cost of looking for old rows in a large table, and of deleting them beside refreshes.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{
    activity::{CpuTime, busiest},
    figure::milliseconds,
    seed,
    site::Site,
    table::Table,
};
use crate::{
    load::{Limit, Load},
    operation::Operation,
    process::Server,
    world::{Algorithm, ClientKind},
};

/// Measures with one grant, with many, and with many of which some are old.
pub async fn measure(site: &Site, table: &mut Table) -> anyhow::Result<()> {
    let server = site.start(None)?;
    refreshes(site, &server, Duration::from_millis(100)).await?;
    look(site, &server, "few grants", table).await?;
    server.stop()?;

    let grants = site.scale.grants;
    seed::grants(site, grants, 0).await?;
    let many = format!("{grants} grants");
    let server = site.start(None)?;
    look(site, &server, &format!("{many}, at the start"), table).await?;
    // the next one comes half a minute later
    look(site, &server, &format!("{many}, the next time"), table).await?;
    for round in ["once", "again"] {
        let load = refreshes(site, &server, site.scale.load).await?;
        table.line(format!("refresh, nothing to delete, {round}"), load)?;
    }
    server.stop()?;

    let expired = site.scale.expired;
    seed::grants(site, expired, TWO_YEARS_MS).await?;
    let server = site.start(None)?;
    for round in ["once", "again"] {
        let load = refreshes(site, &server, site.scale.load).await?;
        let what = format!("refresh while {expired} are being deleted, {round}");
        table.line(what, load)?;
    }
    server.stop()?;
    let left = "SELECT count(*) FROM \"grant\" WHERE created_at + 31536000000 < \
         (SELECT max(created_at) FROM \"grant\")";
    let left = site.database().number(&site.data(), left).await?;
    table.line("of them left after that", format!("{left}"))
}

/// Watches for as long as it takes for a sweep to come.
async fn look(site: &Site, server: &Server, when: &str, table: &Table) -> anyhow::Result<()> {
    let mut processes = site.database().processes().await?;
    processes.push(server.process());
    let before = CpuTime::of(&processes);
    let begun = Instant::now();
    let burst = busiest(&processes, site.scale.sweep).await?;
    let all = CpuTime::of(&processes).since(&before);
    let (elapsed, cpu) = (milliseconds(burst.elapsed), milliseconds(burst.cpu));
    let rest = all.as_secs_f64() * 1000.0 / begun.elapsed().as_secs_f64();
    table.line(
        format!("idle, {when}: the busiest moment"),
        format!("{elapsed}, CPU {cpu}; {rest:.1} ms/s in all"),
    )?;
    Ok(())
}

async fn refreshes(site: &Site, server: &Server, time: Duration) -> anyhow::Result<String> {
    let subject = ClientKind::Confidential.subject(Algorithm::Es256);
    let refresh = Operation::Refresh;
    let mut load = Load::prepare(&server.url, refresh, Some(&subject), CONNECTIONS).await?;
    if time >= site.scale.load {
        load.measure(Limit::Time(WARM_UP)).await?;
    }
    let report = load.measure(Limit::Time(time)).await?;
    let percentiles = [50, 99, 100].map(|percent| milliseconds(report.percentile(percent)));
    sleep(WARM_UP).await;
    Ok(format!(
        "p50, p99, longest {}; {:.0} /s",
        percentiles.join(", "),
        report.rate()
    ))
}

const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_millis(500);
const TWO_YEARS_MS: u64 = 2 * 365 * 86_400_000;
