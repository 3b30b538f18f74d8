//! What a token costs: a load generator, a baseline that does nothing but sign, and the comparison.
//!
//! ```text
//! cargo run --profile dist --package airside-bench -- run --airside target/dist/airside
//! ```
//!
//! | module | does |
//! |---|---|
//! | [`baseline`] | the least that a server can do: answer, with no, one or two signatures |
//! | [`connection`] | one HTTP/1.1 connection |
//! | [`operation`] | the requests |
//! | [`sign_in`] | drives the pages to a grant |
//! | [`load`] | a closed loop on many connections |
//! | [`process`] | a server in a child process: its address, its CPU time, its memory |
//! | [`run`], [`table`] | everything together, as a table |

mod baseline;
mod connection;
mod load;
mod operation;
mod process;
mod run;
mod sign_in;
mod table;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// Measures what tokens cost
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve `/bare`, `/sign` and `/sign2`: the least that a token endpoint could do
    Baseline(baseline::Options),
    /// Load a running server with one operation
    Load(Box<load::Options>),
    /// Start the servers, load them and print a table
    Run(run::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Baseline(options) => baseline::serve(options).await,
        Command::Load(options) => load::run(*options).await,
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
