//! The `airside` binary: reads the command line, runs one command, says how it ended.

mod args;
mod command;
mod config;
mod encryption_key;
mod exit;
mod limit;
mod log;
mod output;
mod preflight;
mod private;
mod secret;
mod socket;
mod tls;

use std::{process::ExitCode, time::Duration};

use crate::{args::Arguments, exit::CommandError};

fn main() -> ExitCode {
    // dropped last, also by a panic
    let _log = log::FlushOnDrop;
    let arguments = Arguments::read();
    let output = output::Output::new(&arguments.global);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return output.failed(&CommandError::failed(error.to_string())),
    };
    let ended = runtime.block_on(command::run(arguments, &output));
    // a disk that hangs must not delay the exit
    runtime.shutdown_timeout(LAST_TASKS);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.failed(&failure),
    }
}

/// Time for tasks on blocking threads to end.
const LAST_TASKS: Duration = Duration::from_secs(5);
