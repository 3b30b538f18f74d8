//! Measures how often the threads of an idle server wake up.

use tokio::time::sleep;

use super::{
    activity::{CpuTime, waits},
    site::Site,
    table::Table,
};

/// Counts the wakeups of a server that nobody asks, by thread.
pub async fn measure(site: &Site, table: &mut Table) -> anyhow::Result<()> {
    let server = site.start(None)?;
    // what follows a start is over
    sleep(site.scale.idle / 4).await;
    let process = server.process();
    let (before, cpu) = (waits(process)?, CpuTime::of(&[process]));
    sleep(site.scale.idle).await;
    let (after, cpu) = (waits(process)?, CpuTime::of(&[process]).since(&cpu));
    let seconds = site.scale.idle.as_secs_f64();
    let mut total = 0;
    for (name, count) in after {
        let woken = count.saturating_sub(before.get(&name).copied().unwrap_or_default());
        total += woken;
        if woken > 0 {
            let rate = woken as f64 / seconds;
            table.line(format!("idle, thread `{name}`"), format!("{rate:.1} /s"))?;
        }
    }
    table.line("idle, wakeups", format!("{:.1} /s", total as f64 / seconds))?;
    let spent = cpu.as_secs_f64() * 1000.0 / seconds;
    table.line("idle, CPU", format!("{spent:.2} ms/s"))
}
