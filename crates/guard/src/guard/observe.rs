//! Counting each request of a guard, and writing its line in the access log.

use std::time::{Duration, Instant};

use airside_api::Target;
use airside_net::RejectedRequest;
use http::{Response, StatusCode, request::Parts};
use tracing::Level;

use super::Guard;
use crate::{
    access::{self, Asker, LogLine, Record},
    body::Body,
    operation::Operation,
    outcome::{self, Outcome},
};

impl Guard {
    /// Notes the head of a request: for its line in the log, if it is written.
    pub(crate) fn note_head(&self, parts: &Parts) {
        if tracing::enabled!(target: access::TARGET, Level::INFO) {
            let line = self.log_line(parts);
            access::note(|record| record.line = Some(Box::new(line)));
        }
    }

    /// Notes the operation of a request.
    pub(crate) fn note_operation(&self, operation: Option<&Operation>) {
        let operations = &self.configuration().operations;
        let position = operation.and_then(|operation| operations.position(operation));
        access::note(|record| record.operation = position);
    }

    /// Counts a request and writes its line: when it has been answered, or when its caller has hung up.
    pub(crate) async fn observe_request(
        &self,
        asker: Asker,
        answer: impl Future<Output = Response<Body>>,
    ) -> Response<Body> {
        let observed = async {
            let mut observation = Observation {
                guard: self,
                begun: Instant::now(),
                ended: false,
            };
            let response = answer.await;
            observation.end(
                |record| record.outcome(asker, response.status()),
                Some(response.status()),
            );
            response
        };
        access::recorded(observed).await
    }

    /// Counts a request that was rejected before it could be read, and writes its line.
    pub(crate) fn observe_rejected(&self, rejected: &RejectedRequest) {
        let reason = outcome::of_rejected(rejected.status);
        tracing::info!(
            target: access::TARGET,
            status = rejected.status.as_u16(),
            reason,
            cause = rejected.reason,
            "request"
        );
        self.counters().count_rejected(Outcome::Refused(reason));
    }

    fn log_line(&self, parts: &Parts) -> LogLine {
        let named = airside_net::trace_id(&parts.headers).map(str::to_owned);
        let (trusted, claimed) = match self.proxy(parts).is_some() {
            true => (named, None),
            false => (None, named),
        };
        LogLine {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            trace_id: trusted.unwrap_or_else(|| self.counters().next_trace_id()),
            caller_trace_id: claimed,
            ..LogLine::default()
        }
    }
}

/// A request that is being answered. One that is dropped unanswered is counted and logged too, so that
/// no caller stays unseen by hanging up.
struct Observation<'a> {
    guard: &'a Guard,
    begun: Instant,
    ended: bool,
}

/// The time that a request took.
struct RequestTimes {
    took: Duration,
    /// The part that was not spent waiting for others.
    own: Duration,
}

impl Observation<'_> {
    fn end(&mut self, outcome: impl FnOnce(&Record) -> Outcome, status: Option<StatusCode>) {
        self.ended = true;
        let Some(record) = access::take_record() else {
            return;
        };
        let took = self.begun.elapsed();
        let times = RequestTimes {
            took,
            own: took.saturating_sub(record.elsewhere),
        };
        if let Some(line) = &record.line {
            write(&record, line, self.guard, status, &times);
        }
        let counters = self.guard.counters();
        counters.count(record.operation, outcome(&record), times.took, times.own);
    }
}

impl Drop for Observation<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let cause = || "the caller hung up before the answer".to_owned();
            drop(access::note_reason(ABANDONED, cause));
            self.end(|_| Outcome::Abandoned, None);
        }
    }
}

/// The name of a request in the access log.
enum LoggedName {
    /// The position of its operation.
    Operation(usize),
    /// Its path if it has no operation: never the query.
    Path(String),
}

/// Names a request that was refused before its operation was looked for.
fn find(line: &LogLine, guard: &Guard) -> LoggedName {
    let operations = &guard.configuration().operations;
    let target = Target::parse(line.uri.path());
    let path = match &target {
        Ok(target) => match operations.find(&line.method, target) {
            Ok((operation, _)) => match operations.position(operation) {
                Some(position) => return LoggedName::Operation(position),
                None => String::new(),
            },
            Err(_) => target.path(),
        },
        Err(_) => line.uri.path().to_owned(),
    };
    let escaped = path.chars().flat_map(char::escape_default);
    LoggedName::Path(escaped.take(MAX_PATH_CHARS).collect())
}

fn write(
    record: &Record,
    line: &LogLine,
    guard: &Guard,
    status: Option<StatusCode>,
    times: &RequestTimes,
) {
    let operations = &guard.configuration().operations;
    let found = record.operation.map(LoggedName::Operation);
    let (position, path) = match found.unwrap_or_else(|| find(line, guard)) {
        LoggedName::Operation(position) => (Some(position), None),
        LoggedName::Path(path) => (None, Some(path)),
    };
    let operation = position.and_then(|at| operations.iter().nth(at));
    let place = operation.map(|operation| operation.place.as_str());
    let answered = record.upstream;
    let upstream = answered.and_then(|one| guard.upstreams().name_if_several(one.upstream));
    let status = status.map(|status| status.as_u16());
    let upstream_status = answered.map(|one| one.status);
    tracing::info!(
        target: access::TARGET,
        method = line.method.as_str(),
        operation = position.and_then(|at| guard.counters().name(at)),
        path,
        status,
        reason = record.refused,
        cause = line.cause,
        rule = place.filter(|_| record.refused.is_some()),
        subject = line.subject,
        client_id = line.client_id,
        trace_id = line.trace_id,
        caller_trace_id = line.caller_trace_id,
        upstream,
        upstream_status = upstream_status.filter(|other| Some(*other) != status),
        duration_us = microseconds(times.took),
        own_us = microseconds(times.own),
        "request"
    );
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The reason in the line of a request whose caller hung up.
const ABANDONED: &str = "abandoned";

/// Of a path that no operation has.
const MAX_PATH_CHARS: usize = 200;
