//! Measures the cost of a token: a load generator, a baseline that only signs, and a comparison.
//!
//! ```text
//! cargo run --profile dist --package airside-bench -- run --airside target/dist/airside
//! ```
//!
//! | module | does |
//! |---|---|
//! | [`baseline`] | a server that answers with no, one or two signatures, and does nothing else |
//! | [`relay`] | a reverse proxy that checks nothing |
//! | [`subject`] | the client and the person whose tokens are asked for |
//! | [`request`] | the requests to the token endpoint |
//! | [`sign_in`] | goes through the pages to a code, with the browser of [`airside_client`] |
//! | [`operation`] | the requests of a measurement, one after the other |
//! | [`load`] | a closed loop on many connections |
//! | [`open`] | an open loop: requests arrive whether or not the last ones were answered |
//! | [`overload`] | ten times the load that the server can carry, as a table |
//! | [`growth`] | what lists, tables, crowds and time cost, on both stores |
//! | [`process`] | a server in a child process: its address, its CPU time, its memory |
//! | [`world`] | the server's configuration and its clients |
//! | [`run`], [`table`] | everything together, as a table |

mod baseline;
mod growth;
mod load;
mod open;
mod operation;
mod overload;
mod process;
mod relay;
mod request;
mod run;
mod sign_in;
mod subject;
mod table;
mod world;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// Measures the cost of tokens
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve `/bare`, `/sign` and `/sign2`: a token endpoint that only signs
    Baseline(baseline::Options),
    /// Measure what lists, tables, crowds and time cost, on both stores, and print a table
    Growth(growth::Options),
    /// Load a running server with one operation
    Load(Box<load::Options>),
    /// Send ten times the load that the server can carry, and print the outcome
    Overload(overload::Options),
    /// Pass requests on to an API and check nothing: the libraries of the guard alone
    Relay(relay::Options),
    /// Start the servers, load them and print a table
    Run(run::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Baseline(options) => baseline::serve(options).await,
        Command::Growth(options) => growth::run(options).await,
        Command::Load(options) => load::run(*options).await,
        Command::Overload(options) => overload::run(options).await,
        Command::Relay(options) => relay::serve(options).await,
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
