//! The `airside` binary: reads the command line, runs one command, says how it ended.

mod args;
mod command;
mod config;
mod exit;
mod limit;
mod log;
mod output;
mod private;
mod secret;
mod socket;

use std::process::ExitCode;

use clap::Parser;

use crate::{args::Arguments, exit::Failure};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = output::Output::new(&arguments.global);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return output.failed(&Failure::failed(error.to_string())),
    };
    match runtime.block_on(command::run(arguments, &output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.failed(&failure),
    }
}
