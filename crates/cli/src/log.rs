//! The log: text on a terminal, one JSON object a line elsewhere; always on standard error.
//!
//! | module | holds |
//! |---|---|
//! | [`mod@format`] | text for people, JSON for programs |
//! | [`json`] | an event as a line of JSON |
//! | [`throttle`] | how many whole lines one cause gets in a minute |
//! | [`queue`] | lines that wait for the writer, bounded; what finds no room is dropped and counted |
//! | [`writer`] | the one thread that writes to standard error while a server runs |

mod format;
mod json;
mod queue;
mod throttle;
mod writer;

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    env,
    io::{self, Write},
    panic::{self, PanicHookInfo},
    sync::{Arc, OnceLock, atomic::AtomicU64},
    thread,
    time::{Duration, Instant},
};

use tracing_subscriber::{
    Registry,
    filter::{LevelFilter, ParseError, Targets},
    layer::SubscriberExt as _,
    reload,
    util::SubscriberInitExt as _,
};

pub use self::format::stderr_is_terminal;
use self::{
    format::Format,
    queue::Queue,
    throttle::Throttle,
    writer::{Notes, Writer},
};
use crate::{config::LogSettings, exit::CommandError};

/// Starts logging as a configuration says; `RUST_LOG` replaces the level. A second call changes nothing.
///
/// From here on nothing but the writer's thread writes to standard error: a pipe that is not read
/// blocks no other thread.
///
/// # Errors
///
/// [`CommandError`] if the system gives no thread.
pub fn start(settings: &LogSettings) -> Result<(), CommandError> {
    if QUEUE.get().is_some() {
        return Ok(());
    }
    let format = Format::of(settings);
    let queue = Queue::default();
    let throttle = Throttle::new(Instant::now);
    let notes = Notes::new(format);
    let writer = Writer::new(queue.clone(), throttle.clone(), notes, io::stderr());
    thread::Builder::new()
        .name("log-writer".to_owned())
        .spawn(move || writer.run())?;
    drop(QUEUE.set(queue.clone()));
    panic::set_hook(Box::new(log_panic));
    let given = env::var(DIRECTIVES).ok();
    let (filter, handle) = reload::Layer::new(filter(&settings.level, given.as_deref()));
    drop(FILTER.set(handle));
    let subscriber = tracing_subscriber::registry().with(filter).with(throttle);
    let started = subscriber.with(format.lines(queue)).try_init();
    started.map_err(|error| CommandError::failed(error.to_string()))
}

/// Writes by another level from now on, unless `RUST_LOG` says what is written.
pub fn set_level(settings: &LogSettings) {
    let given = env::var(DIRECTIVES).ok();
    let new = filter(&settings.level, given.as_deref());
    // without a log there is nothing to change
    let _ = FILTER.get().map(|handle| handle.reload(new));
}

/// Returns the filter of events: `RUST_LOG` if it can be parsed, else the level.
fn filter(level: &str, given: Option<&str>) -> Targets {
    let given = given.filter(|text| !text.is_empty());
    targets(given.unwrap_or(level))
        .or_else(|_| targets(level))
        .unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO))
}

/// Parses directives (`level`, `target` or `target=level`, separated by commas).
fn targets(directives: &str) -> Result<Targets, ParseError> {
    let given = directives.split(',').map(str::trim);
    let given: Vec<&str> = given.filter(|text| !text.is_empty()).collect();
    let parsed: Targets = given.join(",").parse()?;
    Ok(match directives.contains(ROUTES) {
        true => parsed,
        // the routes of the admin API are documented, and not news at each start
        false => parsed.with_target(ROUTES, LevelFilter::WARN),
    })
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

/// Changes the filter of events.
static FILTER: OnceLock<reload::Handle<Targets, Registry>> = OnceLock::new();

/// The environment variable with the directives of the filter.
const DIRECTIVES: &str = "RUST_LOG";

const FLUSH: Duration = Duration::from_secs(1);

/// The log target of the routes of an API, which the library lists at the start.
const ROUTES: &str = "airside_resource::router";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_replaces_the_level_and_the_routes_are_listed_only_when_asked_for() {
        for (level, given, expected) in [
            ("warn", None, "airside_resource::router=warn,warn"),
            ("warn", Some(""), "airside_resource::router=warn,warn"),
            (
                "warn",
                Some("info,access=off"),
                "airside_resource::router=warn,access=off,info",
            ),
            ("warn", Some("=no="), "airside_resource::router=warn,warn"),
            (
                "warn",
                Some("info=loud"),
                "airside_resource::router=warn,warn",
            ),
            (
                "warn",
                Some(" info, h2,,airside_guard=DEBUG,"),
                "airside_resource::router=warn,airside_guard=debug,h2=trace,info",
            ),
            (
                "info",
                Some("info,airside_resource::router=info"),
                "airside_resource::router=info,info",
            ),
        ] {
            assert_eq!(filter(level, given).to_string(), expected);
        }
    }
}
