//! Tries attacks against an issuer and prints a table.
//!
//! ```text
//! cargo run -p airside-attack-suite -- --issuer http://127.0.0.1:8080 --client-id app …
//! ```

use std::{
    io::{self, Write},
    process::ExitCode,
};

use airside_attack_suite::Options;
use anyhow::ensure;
use clap::Parser;

/// Tries attacks against an issuer and prints a table; fails if one is accepted
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> anyhow::Result<()> {
    let report = airside_attack_suite::run(options).await?;
    write!(io::stdout(), "{report}")?;
    let (accepted, not_tried) = (report.accepted(), report.not_tried());
    ensure!(
        accepted + not_tried == 0,
        "{accepted} attacks were accepted, {not_tried} could not be tried"
    );
    Ok(())
}
