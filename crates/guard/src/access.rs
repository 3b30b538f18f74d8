//! One request as its operator sees it: a line in the access log, and what is counted.
//!
//! What is learnt of a request on its way is noted in a record that belongs to its task, so that no
//! function has an argument for it. Nothing is allocated for it while the access log is off.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use airside_api::Target;
use airside_net::{Peer, RejectedRequest};
use airside_policy::{Kind, Principal};
use http::{HeaderValue, Method, Response, StatusCode, Uri, request::Parts};
use tracing::Level;

use crate::{
    Guard, RequestError,
    body::Body,
    operation::Operation,
    outcome::{self, Outcome},
};

pub use airside_net::access::TARGET;

tokio::task_local! {
    static RECORD: RefCell<Record>;
}

/// Who asks the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A caller whose request is forwarded.
    Caller,
    /// A proxy that forwards itself.
    Proxy,
}

/// What is known of a request so far.
#[derive(Default)]
struct Record {
    /// Time that others took: the upstream, the owner's place, the caller's body.
    elsewhere: Duration,
    operation: Option<usize>,
    upstream: Option<UpstreamAnswer>,
    refused: Option<&'static str>,
    /// What only a line of the log says; `None` if none is written.
    line: Option<Box<LogLine>>,
}

/// The upstream that answered.
#[derive(Clone, Copy)]
struct UpstreamAnswer {
    upstream: usize,
    status: u16,
}

#[derive(Default)]
struct LogLine {
    method: Method,
    uri: Uri,
    trace_id: String,
    /// The trace that somebody who is not trusted says that it belongs to.
    caller_trace_id: Option<String>,
    subject: Option<String>,
    client_id: Option<String>,
    cause: Option<String>,
}

/// Notes the head of a request: for its line in the log, if it is written.
pub(crate) fn note_head(guard: &Guard, parts: &Parts) {
    if tracing::enabled!(target: TARGET, Level::INFO) {
        let line = LogLine::of(guard, parts);
        note(|record| record.line = Some(Box::new(line)));
    }
}

/// Notes the operation of a request.
pub(crate) fn note_operation(guard: &Guard, operation: Option<&Operation>) {
    let operations = &guard.configuration().operations;
    let position = operation.and_then(|operation| operations.position(operation));
    note(|record| record.operation = position);
}

/// Notes who calls.
pub(crate) fn note_caller(principal: &Principal) {
    note(|record| {
        if let Some(line) = &mut record.line {
            let is_user = principal.kind == Kind::User;
            line.subject = is_user.then(|| principal.subject.clone());
            line.client_id = Some(principal.client_id.clone());
        }
    });
}

/// Notes that the upstream with this number answered.
pub(crate) fn note_answer(upstream: usize, status: u16) {
    note(|record| record.upstream = Some(UpstreamAnswer { upstream, status }));
}

/// Notes why a request is refused. Returns the name of its line in the log, if it has one.
pub(crate) fn note_error(error: &RequestError) -> Option<HeaderValue> {
    note_reason(outcome::reason(error), || match error {
        // the name is the caller's text, and may be of the query
        RequestError::Field(_) => {
            "the body or the query has a name that the rule does not allow".into()
        }
        error => error.to_string(),
    })
}

/// The same with the word of [`outcome`] and a sentence.
pub(crate) fn note_reason(
    reason: &'static str,
    cause: impl FnOnce() -> String,
) -> Option<HeaderValue> {
    let noted = RECORD.try_with(|record| {
        let mut record = record.borrow_mut();
        record.refused = Some(reason);
        let line = record.line.as_mut()?;
        line.cause = Some(cause());
        HeaderValue::from_str(&line.trace_id).ok()
    });
    noted.ok().flatten()
}

/// Waits for somebody else, whose time is not the guard's own.
pub(crate) async fn elsewhere<T>(waiting: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let result = waiting.await;
    let waited = begun.elapsed();
    note(|record| record.elsewhere += waited);
    result
}

fn note(change: impl FnOnce(&mut Record)) {
    // outside of a request, such as in a check, nothing is noted
    let _ = RECORD.try_with(|record| change(&mut record.borrow_mut()));
}

impl Guard {
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
        RECORD.scope(RefCell::default(), observed).await
    }

    /// Counts a request that was rejected before it could be read, and writes its line.
    pub(crate) fn observe_rejected(&self, rejected: &RejectedRequest) {
        let reason = outcome::of_rejected(rejected.status);
        tracing::info!(
            target: TARGET,
            status = rejected.status.as_u16(),
            reason,
            cause = rejected.reason,
            "request"
        );
        self.counters().count_rejected(Outcome::Refused(reason));
    }

    /// A trace that its caller may name: only a trusted proxy may (W3C Trace Context §3.2).
    fn may_name_trace(&self, parts: &Parts) -> bool {
        let peer = parts.extensions.get::<Peer>().and_then(Peer::ip);
        let proxies = &self.configuration().trusted_proxies;
        peer.is_some_and(|peer| proxies.is_trusted(peer.to_canonical()))
    }
}

/// A request that is being answered. One that is dropped unanswered is counted and logged too, so that
/// no caller stays unseen by hanging up.
struct Observation<'a> {
    guard: &'a Guard,
    begun: Instant,
    ended: bool,
}

impl Observation<'_> {
    fn end(&mut self, outcome: impl FnOnce(&Record) -> Outcome, status: Option<StatusCode>) {
        self.ended = true;
        let Ok(record) = RECORD.try_with(RefCell::take) else {
            return;
        };
        let took = self.begun.elapsed();
        let own = took.saturating_sub(record.elsewhere);
        if let Some(line) = &record.line {
            record.write(line, self.guard, status, (took, own));
        }
        let counters = self.guard.counters();
        counters.count(record.operation, outcome(&record), took, own);
    }
}

impl Drop for Observation<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let cause = || "the caller hung up before the answer".to_owned();
            drop(note_reason(ABANDONED, cause));
            self.end(|_| Outcome::Abandoned, None);
        }
    }
}

impl LogLine {
    fn of(guard: &Guard, parts: &Parts) -> Self {
        let named = airside_net::trace_id(&parts.headers).map(str::to_owned);
        let (trusted, claimed) = match guard.may_name_trace(parts) {
            true => (named, None),
            false => (None, named),
        };
        Self {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            trace_id: trusted.unwrap_or_else(|| guard.counters().next_trace_id()),
            caller_trace_id: claimed,
            ..Self::default()
        }
    }

    /// The position of the operation of a request that was refused before one was looked for, or its
    /// path if it has none: never the query.
    fn find(&self, guard: &Guard) -> Result<usize, String> {
        let operations = &guard.configuration().operations;
        let target = Target::parse(self.uri.path());
        let path = match &target {
            Ok(target) => match operations.find(&self.method, target) {
                Ok((operation, _)) => {
                    return operations.position(operation).ok_or_else(String::new);
                }
                Err(_) => target.path(),
            },
            Err(_) => self.uri.path().to_owned(),
        };
        let escaped = path.chars().flat_map(char::escape_default);
        Err(escaped.take(MAX_PATH_CHARS).collect())
    }
}

impl Record {
    fn outcome(&self, asker: Asker, status: StatusCode) -> Outcome {
        match (self.refused, self.upstream, asker) {
            (Some(reason), ..) => Outcome::Refused(reason),
            (None, Some(_), _) => Outcome::Forwarded(status),
            (None, None, Asker::Proxy) => Outcome::Allowed,
            (None, None, Asker::Caller) => Outcome::Own,
        }
    }

    fn write(
        &self,
        line: &LogLine,
        guard: &Guard,
        status: Option<StatusCode>,
        (took, own): (Duration, Duration),
    ) {
        let operations = &guard.configuration().operations;
        let found = self.operation.map_or_else(|| line.find(guard), Ok);
        let (position, path) = found.map_or_else(|path| (None, Some(path)), |at| (Some(at), None));
        let operation = position.and_then(|at| operations.iter().nth(at));
        let place = operation.map(|operation| operation.place.as_str());
        let answered = self.upstream;
        let upstream = answered.and_then(|one| guard.upstreams().name_if_several(one.upstream));
        let status = status.map(|status| status.as_u16());
        let upstream_status = answered.map(|one| one.status);
        tracing::info!(
            target: TARGET,
            method = line.method.as_str(),
            operation = position.and_then(|at| guard.counters().name(at)),
            path,
            status,
            reason = self.refused,
            cause = line.cause,
            rule = place.filter(|_| self.refused.is_some()),
            subject = line.subject,
            client_id = line.client_id,
            trace_id = line.trace_id,
            caller_trace_id = line.caller_trace_id,
            upstream,
            upstream_status = upstream_status.filter(|other| Some(*other) != status),
            duration_us = microseconds(took),
            own_us = microseconds(own),
            "request"
        );
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The reason in the line of a request whose caller hung up.
const ABANDONED: &str = "abandoned";
/// Of a path that no operation has.
const MAX_PATH_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    use airside_policy::Principal;

    use super::*;

    #[test]
    fn while_the_access_log_is_off_nothing_is_allocated_for_a_request() {
        let alice = Principal::user("alice", "app");
        let record = RefCell::new(Record::default());
        let allocated = allocation_counter::measure(|| {
            RECORD.sync_scope(record, || {
                note_caller(&alice);
                note_answer(0, 200);
                let named = note_error(&RequestError::Field("of the caller".into()));
                assert!(named.is_none());
                let noted = RECORD.with(RefCell::take);
                assert_eq!(noted.refused, Some("field_not_allowed"));
            });
        });
        // the text of the refusal itself
        assert_eq!(allocated.count_total, 1);
    }
}
