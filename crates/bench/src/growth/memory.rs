//! Measures the resident memory, idle and after several loads.

use std::time::Duration;

use tokio::time::sleep;

use super::{activity::anonymous_bytes, figure::mebibytes, site::Site, table::Table};
use crate::{
    load::{Limit, Load},
    operation::Operation,
    process::Server,
    world::{Algorithm, ClientKind},
};

/// Loads a server, and signs somebody in at another one.
pub async fn measure(site: &Site, table: &mut Table) -> anyhow::Result<()> {
    site.start_and_stop()?;
    let server = site.start(None)?;
    sleep(SETTLED).await;
    line(table, "idle", &server)?;
    load(&server, Operation::ClientCredentials, site.scale.load).await?;
    line(table, "after client credentials", &server)?;
    load(&server, Operation::Introspect, site.scale.load).await?;
    line(table, "after introspections", &server)?;
    load(&server, Operation::Refresh, site.scale.load).await?;
    line(table, "after a sign-in and refreshes", &server)?;
    sleep(site.scale.idle / 2).await;
    line(table, "idle for a while after that", &server)?;
    server.stop()?;

    let server = site.start(None)?;
    load(
        &server,
        Operation::ClientCredentials,
        Duration::from_millis(100),
    )
    .await?;
    line(table, "new start, after some tokens", &server)?;
    let subject = ClientKind::Confidential.subject(Algorithm::Es256);
    let mut sign_in = Load::prepare(&server.url, Operation::SignIn, Some(&subject), 1).await?;
    sign_in.measure(Limit::Requests(1)).await?;
    line(table, "then after one sign-in", &server)?;
    sleep(site.scale.idle / 2).await;
    line(table, "then idle for a while", &server)?;
    server.stop()
}

async fn load(server: &Server, operation: Operation, time: Duration) -> anyhow::Result<()> {
    let subject = ClientKind::Confidential.subject(Algorithm::Es256);
    let mut load = Load::prepare(&server.url, operation, Some(&subject), CONNECTIONS).await?;
    load.measure(Limit::Time(time)).await?;
    Ok(())
}

fn line(table: &Table, when: &str, server: &Server) -> anyhow::Result<()> {
    let anonymous = mebibytes(anonymous_bytes(server.process())?);
    let resident = mebibytes(server.resident_bytes()?);
    table.line(when, format!("{resident}, of it {anonymous} anonymous"))
}

const CONNECTIONS: usize = 64;
const SETTLED: Duration = Duration::from_secs(2);
