//! Functions of administrators that make something.

use crate::{
    check::{Attempt, Context, Untested},
    document::{Hint, Operation},
    exchange::IdentityIndex,
    probe::ProbeError,
    report::model::Class,
    session::CreateError,
    verdict::Verdict,
    world::Object,
};

/// Makes something by a function of administrators, and looks for it.
pub(super) async fn create(
    context: &Context<'_>,
    operation: &Operation,
) -> Result<Attempt, Untested> {
    let session = context.session;
    let attacker = session.name(context.attacker);
    let why = operation.administrative.clone().unwrap_or_default();
    let made = session.create(operation, context.attacker, None).await;
    let object = match made {
        Err(CreateError::Refused(_, status)) => {
            let verdict = Verdict::of_refusal(&attacker, status);
            return Ok(attempt(context, verdict, Vec::new()));
        }
        made => made?,
    };
    let seen = seen(context, &object).await?;
    let verdict = match seen {
        Some(_) if operation.hint == Hint::Name => Verdict::Suspect(format!(
            "{attacker} makes a {}, which may be for everybody, although {why}",
            object.entity
        )),
        Some(_) => Verdict::Confirmed(format!(
            "{attacker} makes a {} by a function of administrators ({why})",
            object.entity
        )),
        None => Verdict::Suspect(format!(
            "{attacker} is answered by a function of administrators ({why}), and no view shows whether it had an effect"
        )),
    };
    let mut attempt = attempt(context, verdict, object.history.clone());
    attempt.exchanges.extend(seen);
    attempt.shortest.extend(seen);
    Ok(attempt)
}

fn attempt(context: &Context<'_>, verdict: Verdict, exchanges: Vec<u64>) -> Attempt {
    Attempt {
        attacker: Some(context.attacker),
        ..Attempt::new(Class::Function, verdict, exchanges)
    }
}

/// Returns the exchange in which an administrator or its maker sees an object.
async fn seen(context: &Context<'_>, object: &Object) -> Result<Option<u64>, ProbeError> {
    let viewers = [vec![context.attacker], context.session.administrators()].concat();
    for viewer in viewers {
        let seen = seen_by(context, viewer, object).await?;
        if seen.is_some() {
            return Ok(seen);
        }
    }
    Ok(None)
}

async fn seen_by(
    context: &Context<'_>,
    viewer: IdentityIndex,
    object: &Object,
) -> Result<Option<u64>, ProbeError> {
    let session = context.session;
    let object = Object {
        owner: viewer,
        ..object.clone()
    };
    if let Some(view) = session.view(&object).await? {
        let exchange = session.send(Some(viewer), view).await?;
        if object.is_marked_in(&exchange.answer.text) {
            return Ok(Some(exchange.number));
        }
    }
    let reads = session.legitimate_reads(Some(viewer)).await;
    let mut reads = reads.iter();
    let seen = reads.find(|one| object.is_marked_in(&one.answer.text));
    Ok(seen.map(|one| one.number))
}
