//! Measures what a clean stop leaves on the disk.

use std::{fs, time::Instant};

use super::{
    database::Database,
    figure::{mebibytes, milliseconds},
    site::Site,
    table::Table,
};
use crate::{
    load::{Limit, Load},
    operation::Operation,
    world::{Algorithm, ClientKind},
};

/// Stops a server after refreshes, with connections open and without.
pub async fn measure(site: &Site, table: &mut Table) -> anyhow::Result<()> {
    for kept in [true, false] {
        let server = site.start(None)?;
        let subject = ClientKind::Confidential.subject(Algorithm::Es256);
        let refresh = Operation::Refresh;
        let mut load = Load::prepare(&server.url, refresh, Some(&subject), CONNECTIONS).await?;
        load.measure(Limit::Time(site.scale.load)).await?;
        let load = kept.then_some(load);
        let begun = Instant::now();
        server.stop()?;
        let took = milliseconds(begun.elapsed());
        drop(load);
        let case = match kept {
            true => "idle connections open",
            false => "no connection open",
        };
        table.line(format!("stop, {case}"), took)?;
        if matches!(site.database(), Database::Sqlite) {
            for file in ["airside.db", "airside.db-wal"] {
                let size = fs::metadata(site.data().join(file)).map_or(0, |file| file.len());
                table.line(format!("{file} after that"), mebibytes(size))?;
            }
        }
    }
    Ok(())
}

const CONNECTIONS: usize = 16;
