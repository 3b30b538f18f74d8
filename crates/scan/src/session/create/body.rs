//! Bodies, one after another, until one is accepted.

use serde_json::{Map, Value};

use super::CreateError;
use crate::{
    document::Operation,
    exchange::{IdentityIndex, Outcome, Recorded, RequestSpec},
    probe::ProbeError,
    request::{Assignment, body_schema},
    session::Session,
    value::Canary,
};

impl Session {
    /// Sends the request of an operation with several bodies, until one is accepted.
    ///
    /// # Errors
    ///
    /// [`CreateError`].
    pub async fn try_body(
        &self,
        operation: &Operation,
        ids: &Assignment,
        caller: Option<IdentityIndex>,
        extra: Option<&Map<String, Value>>,
    ) -> Result<(Recorded, Vec<Canary>), CreateError> {
        let mut tactic = self.known_tactic(operation.index);
        let mut tried = vec![tactic.clone()];
        let mut last = 0;
        let mut ids = ids.clone();
        for _ in 0..max_bodies(operation) {
            if let Some(caller) = caller {
                self.add_taught_ids(operation, &tactic, caller, &mut ids);
            }
            let built = self
                .build(operation, &ids, &tactic, extra)
                .map_err(CreateError::Missing)?;
            let exchange = self.send_body(caller, built.spec).await?;
            if exchange.answer.is_done() {
                self.set_tactic(operation.index, tactic);
                self.keep_body(operation, &exchange);
                return Ok((exchange, built.canaries));
            }
            // what a body names may not exist
            let is_unknown = exchange.answer.status == 404 && last == 0 && !ids.is_empty();
            let is_body = is_unknown || is_about_body(&exchange);
            last = exchange.answer.status;
            let sent = exchange.request.body.value().cloned().unwrap_or_default();
            let next = tactic.after(&sent, &exchange.answer.text, &tried);
            let Some(next) = next.filter(|_| is_body && has_body(operation, &sent)) else {
                break;
            };
            tried.push(next.clone());
            tactic = next;
        }
        Err(CreateError::Refused(operation.name(), last))
    }

    /// Sends a request as a caller, or without a token as a person who registers does.
    async fn send_body(
        &self,
        caller: Option<IdentityIndex>,
        spec: RequestSpec,
    ) -> Result<Recorded, ProbeError> {
        match caller {
            Some(caller) => self.send(Some(caller), spec).await,
            None => {
                self.require_allowed(&spec)?;
                self.send_with(None, spec).await
            }
        }
    }
}

/// Returns true if another body could be accepted where this one was refused.
fn is_about_body(exchange: &Recorded) -> bool {
    let outcome = exchange.answer.outcome();
    matches!(outcome, Outcome::Invalid | Outcome::Failed)
}

fn has_body(operation: &Operation, sent: &Value) -> bool {
    !sent.is_null() || body_schema(operation, None).is_some() || Session::lacks_body(operation)
}

/// Returns the number of bodies that are tried: each refusal may name one more member.
fn max_bodies(operation: &Operation) -> usize {
    match Session::lacks_body(operation) {
        true => MAX_LEARNED,
        false => MAX_BODIES,
    }
}

const MAX_BODIES: usize = 5;
const MAX_LEARNED: usize = 14;
