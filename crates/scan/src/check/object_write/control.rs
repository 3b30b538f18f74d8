//! The owner's own request, where the attacker's was invalid.

use serde_json::Value;

use super::prey::Prey;
use crate::{
    check::Context, document::Operation, exchange::Recorded, probe::ProbeError,
    session::CreateError, session::Variant, verdict::Verdict,
};

/// Judges a refusal that says that the request is invalid: it tells nothing about callers unless the owner's
/// own request with the same members is accepted.
pub(super) async fn controlled(
    context: &Context<'_>,
    operation: &Operation,
    (prey, variant): (&Prey, &Variant),
    (verdict, attack): (Verdict, &Recorded),
) -> Result<Verdict, ProbeError> {
    let status = attack.answer.status;
    if !verdict.is_refusal() || !says_invalid(status) {
        return Ok(verdict);
    }
    let attacker = context.session.name(context.attacker);
    let unknown = Verdict::invalid(&attacker, status);
    // an account may lose its password by it
    if !prey.is_made || prey.object.entity == "user" {
        return Ok(unknown);
    }
    let session = context.session;
    session.world.lock().retire(&prey.object);
    let own = session.try_body(operation, &variant.own, Some(prey.owner), None);
    match own.await {
        Ok((own, _)) if has_same_members(&own, attack) => Ok(verdict),
        Err(CreateError::Probe(error)) => Err(error),
        _ => Ok(unknown),
    }
}

/// Returns true for a status that says that a request is invalid, for every sender.
fn says_invalid(status: u16) -> bool {
    matches!(status, 400 | 412 | 415 | 422 | 428)
}

/// Returns true if the bodies of two requests have members of the same names.
fn has_same_members(own: &Recorded, attack: &Recorded) -> bool {
    let members = |one: &Recorded| {
        let body = one.request.body.value().and_then(Value::as_object);
        body.map(|body| body.keys().cloned().collect::<Vec<_>>())
    };
    members(own) == members(attack)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_refusals_say_that_the_request_is_invalid() {
        for status in [400, 412, 415, 422, 428] {
            assert!(says_invalid(status), "{status}");
        }
        // the control
        for status in [200, 401, 403, 404, 409, 500] {
            assert!(!says_invalid(status), "{status}");
        }
    }
}
