//! Who would have been refused, and why: what `mode = "observe"` is for. And what callers with a good
//! token ask for that nobody declared (OWASP API9:2023).

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::Serialize;

/// Refusals that were noted, counted.
#[derive(Debug, Default)]
pub struct ObservedDenials {
    counts: Mutex<BTreeMap<ObservedDenial, u64>>,
}

/// One kind of refusal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObservedDenial {
    /// The operation, or the path that has none.
    pub operation: String,
    /// Who would have been refused.
    pub client_id: String,
    /// Why.
    pub reason: String,
    /// Whether it was refused: in `enforce` only what nobody declared is counted, to be declared.
    pub refused: bool,
}

impl ObservedDenials {
    /// Notes a refusal; beyond 10 000 kinds, no new one.
    pub fn note(&self, refused: ObservedDenial) {
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

    /// Everything so far, as JSON.
    #[must_use]
    pub fn report(&self) -> serde_json::Value {
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
