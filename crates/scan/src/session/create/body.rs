//! Bodies, one after another, until one is accepted.

use serde_json::{Map, Value};

use super::CreateError;
use crate::{
    document::Operation,
    exchange::{IdentityIndex, Outcome, Recorded},
    request::{Assignment, body_schema},
    session::Session,
    value::{self, Canary, Tactic},
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
        let mut tactic = self.tactic(operation.index);
        let mut tried = vec![tactic.clone()];
        let mut last = None;
        for _ in 0..MAX_BODIES {
            let built = self
                .build(operation, ids, &tactic, extra)
                .map_err(CreateError::Missing)?;
            let sent = built.spec.body.value().cloned().unwrap_or_default();
            let exchange = match caller {
                Some(caller) => self.send(Some(caller), built.spec).await?,
                None => {
                    self.require_allowed(&built.spec)?;
                    self.send_with(None, built.spec).await?
                }
            };
            let outcome = exchange.answer.outcome();
            if outcome == Outcome::Accepted {
                self.set_tactic(operation.index, tactic);
                return Ok((exchange, built.canaries));
            }
            let status = exchange.answer.status;
            let is_body = matches!(outcome, Outcome::Invalid | Outcome::Failed)
                || status == 404 && last.is_none() && !ids.is_empty();
            last = Some(status);
            if !is_body || body_schema(operation, None).is_none() && sent.is_null() {
                break;
            }
            let next = value::repaired(&tactic, &sent, &exchange.answer.text);
            let fallbacks = [
                Tactic {
                    prefers_examples: true,
                    ..Tactic::default()
                },
                Tactic {
                    only_required: true,
                    ..Tactic::default()
                },
                Tactic {
                    only_required: true,
                    prefers_examples: true,
                    ..Tactic::default()
                },
            ];
            let next = next
                .into_iter()
                .chain(fallbacks)
                .find(|one| !tried.contains(one));
            let Some(next) = next else { break };
            tried.push(next.clone());
            tactic = next;
        }
        Err(CreateError::Refused(operation.name(), last.unwrap_or(0)))
    }
}

const MAX_BODIES: usize = 5;
