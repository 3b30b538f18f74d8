//! The log: text on a terminal, one JSON object a line elsewhere; always on standard error.
//!
//! | module | holds |
//! |---|---|
//! | [`throttle`] | how many whole lines one cause gets in a minute |
//! | [`queue`] | lines that wait for the writer, bounded; what finds no room is dropped and counted |
//! | [`writer`] | the one thread that writes to standard error while a server runs |

mod queue;
mod throttle;
mod writer;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, Write},
    panic::{self, PanicHookInfo},
    sync::{Arc, OnceLock, atomic::AtomicU64},
    thread,
    time::{Duration, Instant},
};

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer, fmt, layer::SubscriberExt as _, registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use self::{
    queue::Queue,
    throttle::Throttle,
    writer::{Notes, Writer},
};
use crate::{exit::Failure, output::stderr_is_terminal};

/// Starts logging; `RUST_LOG` filters, by default `info`. A second call changes nothing.
///
/// From here on nothing but the writer's thread writes to standard error: a pipe that is not read
/// blocks no other thread.
///
/// # Errors
///
/// [`Failure`] if the system gives no thread.
pub fn start() -> Result<(), Failure> {
    if QUEUE.get().is_some() {
        return Ok(());
    }
    let format = Format::of_stderr();
    let queue = Queue::default();
    let throttle = Throttle::new(Instant::now);
    let notes = Notes::new(format);
    let writer = Writer::new(queue.clone(), throttle.clone(), notes, io::stderr());
    thread::Builder::new()
        .name("log-writer".to_owned())
        .spawn(move || writer.run())?;
    drop(QUEUE.set(queue.clone()));
    panic::set_hook(Box::new(log_panic));
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let subscriber = tracing_subscriber::registry().with(filter).with(throttle);
    let started = subscriber.with(format.lines(queue)).try_init();
    started.map_err(|error| Failure::failed(error.to_string()))
}

/// Writes a line that is not a log event: to the queue once the log has started.
pub fn line(text: &str) {
    match QUEUE.get() {
        Some(queue) => queue.push(format!("{text}\n").into_bytes()),
        None => drop(writeln!(io::stderr().lock(), "{text}")),
    }
}

/// Counts the lines that were dropped since the start.
pub fn dropped() -> Arc<AtomicU64> {
    QUEUE.get().map(Queue::dropped).unwrap_or_default()
}

/// Writes what is still waiting when it is dropped, and gives up after a second.
#[derive(Debug)]
pub struct FlushOnDrop;

impl Drop for FlushOnDrop {
    fn drop(&mut self) {
        if let Some(queue) = QUEUE.get() {
            queue.close(FLUSH);
        }
    }
}

/// How events become lines.
#[derive(Clone, Copy, Debug)]
enum Format {
    Text,
    Json,
}

impl Format {
    fn of_stderr() -> Self {
        match stderr_is_terminal() {
            true => Self::Text,
            false => Self::Json,
        }
    }

    /// Formats events into lines of `queue`.
    fn lines<S>(self, queue: Queue) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        // INVARIANT: its own complaints would go to standard error, past the queue
        let lines = fmt::layer()
            .with_writer(move || queue.clone())
            .log_internal_errors(false);
        match self {
            Self::Text => lines.boxed(),
            Self::Json => lines.json().flatten_event(true).boxed(),
        }
    }
}

/// Logs a panic: the default hook would block where standard error is not read.
fn log_panic(info: &PanicHookInfo<'_>) {
    let cause = info.payload_as_str().unwrap_or_default();
    let location = info.location().map(ToString::to_string);
    // with `RUST_BACKTRACE=1`
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then_some(backtrace);
    let backtrace = backtrace.as_ref().map(tracing::field::display);
    tracing::error!(cause, location, backtrace, "panic");
}

/// Made by the first [`start`]; standard error belongs to the process, and so does its queue.
static QUEUE: OnceLock<Queue> = OnceLock::new();

const FLUSH: Duration = Duration::from_secs(1);

/// Without `RUST_LOG`: the routes of the admin API are documented, and not news at each start.
const DEFAULT_FILTER: &str = "info,airside_resource::router=warn";
