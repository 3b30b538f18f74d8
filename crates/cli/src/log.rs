//! The log: text on a terminal, one JSON object a line elsewhere; always on standard error.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

use crate::output::stderr_is_terminal;

/// Starts logging; `RUST_LOG` filters, by default `info`.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = fmt().with_env_filter(filter).with_writer(io::stderr);
    // a second start in one process changes nothing
    let started = if stderr_is_terminal() {
        log.try_init()
    } else {
        log.json().flatten_event(true).try_init()
    };
    drop(started);
}
