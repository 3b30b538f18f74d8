//! The format of log lines.

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing_subscriber::{Layer, fmt, registry::LookupSpan};

use super::{json::JsonLine, queue::Queue};
use crate::config::LogSettings;

/// The format of the lines of events.
#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    Text,
    Json,
}

impl Format {
    pub(super) fn of(settings: &LogSettings) -> Self {
        match settings.format.as_str() {
            "text" => Self::Text,
            "json" => Self::Json,
            _ if stderr_is_terminal() => Self::Text,
            _ => Self::Json,
        }
    }

    /// Formats events into lines of `queue`.
    pub(super) fn lines<S>(self, queue: Queue) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        // INVARIANT: its own complaints would go to standard error, past the queue
        let lines = fmt::layer()
            .with_writer(move || queue.clone())
            .log_internal_errors(false);
        match self {
            Self::Text => lines.boxed(),
            Self::Json => {
                let lines = lines.json().flatten_event(true);
                lines
                    .map_event_format(|in_spans| JsonLine { in_spans })
                    .boxed()
            }
        }
    }
}

/// Returns true if standard error is a terminal.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}
