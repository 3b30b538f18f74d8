//! What a token costs: a load generator, a baseline that does nothing but sign, and the comparison.
//!
//! ```text
//! cargo run --profile dist --package airside-bench -- run --airside target/dist/airside
//! ```
//!
//! | module | does |
//! |---|---|
//! | [`baseline`] | the least that a server can do: answer, with no, one or two signatures |
//! | [`attack`] | tries the attacks of the catalogue against any issuer |
//! | [`connection`] | one HTTP/1.1 connection |
//! | [`operation`] | the requests |
//! | [`sign_in`] | drives the pages to a grant |
//! | [`load`] | a closed loop on many connections |
//! | [`open`] | an open loop: requests come whether or not the last ones were answered |
//! | [`overload`] | ten times what the server can carry, as a table |
//! | [`process`] | a server in a child process: its address, its CPU time, its memory |
//! | [`world`] | the server's configuration, and who asks it |
//! | [`run`], [`table`] | everything together, as a table |

mod baseline;
mod load;
mod open;
mod operation;
mod overload;
mod process;
mod run;
mod sign_in;
mod table;
mod world;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use airside_bench::{attack, connection};
use anyhow::ensure;
use clap::{Parser, Subcommand};

/// Measures what tokens cost
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try attacks against an issuer and print a table; fails if one is accepted
    AttackSuite(Box<attack::Options>),
    /// Serve `/bare`, `/sign` and `/sign2`: the least that a token endpoint could do
    Baseline(baseline::Options),
    /// Load a running server with one operation
    Load(Box<load::Options>),
    /// Ask ten times what the server can carry, and print what becomes of it
    Overload(overload::Options),
    /// Start the servers, load them and print a table
    Run(run::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::AttackSuite(options) => attack(*options).await,
        Command::Baseline(options) => baseline::serve(options).await,
        Command::Load(options) => load::run(*options).await,
        Command::Overload(options) => overload::run(options).await,
        Command::Run(options) => run::run(options).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn attack(options: attack::Options) -> anyhow::Result<()> {
    let report = attack::run(options).await?;
    write!(io::stdout(), "{report}")?;
    let (accepted, not_tried) = (report.accepted(), report.not_tried());
    ensure!(
        accepted + not_tried == 0,
        "{accepted} attacks were accepted, {not_tried} could not be tried"
    );
    Ok(())
}
