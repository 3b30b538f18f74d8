//! The record of one request, for the access log and the metrics.
//!
//! Facts that are learnt about a request on its way are noted in a record that belongs to its task, so that no
//! function has an argument for it. Nothing is allocated for it while the access log is off.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use airside_policy::{Kind, Principal};
use http::{HeaderValue, Method, StatusCode, Uri};

use crate::{
    error::RequestError,
    outcome::{self, Outcome},
};

pub use airside_net::access::TARGET;

tokio::task_local! {
    static RECORD: RefCell<Record>;
}

/// The sender of a request to the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A caller whose request is forwarded.
    Caller,
    /// A proxy that forwards itself.
    Proxy,
}

/// The facts of a request that are known so far.
#[derive(Default)]
pub(crate) struct Record {
    /// The time spent waiting for the upstream, for owners and for the caller's body.
    pub(crate) elsewhere: Duration,
    pub(crate) operation: Option<usize>,
    pub(crate) upstream: Option<UpstreamAnswer>,
    pub(crate) refused: Option<&'static str>,
    /// The parts of the access log's line; `None` if no line is written.
    pub(crate) line: Option<Box<LogLine>>,
}

/// The upstream that answered.
#[derive(Clone, Copy)]
pub(crate) struct UpstreamAnswer {
    pub(crate) upstream: usize,
    pub(crate) status: u16,
}

#[derive(Default)]
pub(crate) struct LogLine {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) trace_id: String,
    /// The trace that an untrusted caller names.
    pub(crate) caller_trace_id: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) cause: Option<String>,
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

/// Notes the reason for which a request is refused. Returns the id of its line in the log, if it has
/// one.
pub(crate) fn note_error(error: &RequestError) -> Option<HeaderValue> {
    note_reason(outcome::reason(error), || match error {
        // the name is the caller's text, and may be of the query
        RequestError::Field(_) => {
            "the body or the query has a name that the rule does not allow".into()
        }
        error => error.to_string(),
    })
}

/// Notes a reason of [`outcome`] and a sentence. Returns the id of the request's line, if it has one.
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

/// Records what is noted while a request is answered.
pub(crate) async fn recorded<T>(answer: impl Future<Output = T>) -> T {
    RECORD.scope(RefCell::default(), answer).await
}

/// Takes what was noted of the request so far; `None` outside of a request.
pub(crate) fn take_record() -> Option<Record> {
    RECORD.try_with(RefCell::take).ok()
}

/// Awaits a future whose time does not count as the guard's own.
pub(crate) async fn elsewhere<T>(waiting: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let result = waiting.await;
    let waited = begun.elapsed();
    note(|record| record.elsewhere += waited);
    result
}

pub(crate) fn note(change: impl FnOnce(&mut Record)) {
    // outside of a request, such as in a check, nothing is noted
    let _ = RECORD.try_with(|record| change(&mut record.borrow_mut()));
}

impl Record {
    pub(crate) fn outcome(&self, asker: Asker, status: StatusCode) -> Outcome {
        match (self.refused, self.upstream, asker) {
            (Some(reason), ..) => Outcome::Refused(reason),
            (None, Some(_), _) => Outcome::Forwarded(status),
            (None, None, Asker::Proxy) => Outcome::Allowed,
            (None, None, Asker::Caller) => Outcome::Own,
        }
    }
}

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
