//! The `airside` binary: reads the command line, runs one command, says how it ended.
//!
//! | module | holds |
//! |---|---|
//! | [`args`] | the command line, one file per command group |
//! | [`command`] | the commands, one file each |
//! | [`config`] | `airside.toml`, the environment and the flags, made into one checked configuration |
//! | [`preflight`], [`limit`] | the checks before a start; the limits that the system sets to the process |
//! | [`encryption_key`], [`tls`], [`private`] | the key-encryption key; the certificate; files for their owner alone |
//! | [`documents`] | the documents as pages, for `/docs` in development mode |
//! | [`browser`] | opens an address in the browser |
//! | [`socket`], [`listing`], [`secret`] | requests to the admin API of a running server, and lists of it; secret arguments |
//! | [`log`], [`output`], [`exit`] | the log; results on standard output; the sentence and the code of an exit |

mod args;
mod browser;
mod command;
mod config;
mod documents;
mod encryption_key;
mod exit;
mod limit;
mod listing;
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
