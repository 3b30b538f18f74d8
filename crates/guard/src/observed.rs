//! The denials that `mode = "observe"` notes, and the undeclared operations that callers with a valid
//! token ask for (OWASP API9:2023).

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::Serialize;

/// The noted denials, counted.
#[derive(Debug, Default)]
pub(crate) struct ObservedDenials {
    counts: Mutex<BTreeMap<ObservedDenial, u64>>,
}

/// One kind of denial.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct ObservedDenial {
    /// The operation, or the path that has none.
    pub operation: String,
    /// The client that was denied.
    pub client_id: String,
    /// The reason.
    pub reason: String,
    /// True if it was refused: `enforce` counts only undeclared operations.
    pub refused: bool,
}

impl ObservedDenials {
    /// Notes a denial; beyond 10 000 kinds, new ones are ignored.
    pub(crate) fn note(&self, refused: ObservedDenial) {
        tracing::info!(
            operation = refused.operation,
            client_id = refused.client_id,
            reason = refused.reason,
            refused = refused.refused,
            "a refusal is noted"
        );
        let mut counts = self.counts.lock();
        if counts.len() < MAX_KINDS || counts.contains_key(&refused) {
            *counts.entry(refused).or_insert(0) += 1;
        }
    }

    /// Returns all denials so far, as JSON.
    #[must_use]
    pub(crate) fn report(&self) -> serde_json::Value {
        let counts = self.counts.lock();
        let lines = counts.iter().map(|(refused, count)| {
            serde_json::json!({
                "operation": refused.operation,
                "client_id": refused.client_id,
                "reason": refused.reason,
                "refused": refused.refused,
                "requests": count,
            })
        });
        lines.collect()
    }
}

const MAX_KINDS: usize = 10_000;
