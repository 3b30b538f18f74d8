//! Functions of administrators that make something.

use super::caller::administrator;
use crate::{
    check::{Attempt, Context},
    document::Operation,
    probe::ProbeError,
    report::model::Class,
    verdict::Verdict,
};

/// Makes something by a function of administrators, and looks for it.
pub(super) async fn create(
    context: &Context<'_>,
    operation: &Operation,
) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let attacker = session.name(context.attacker);
    let why = operation.administrative.clone().unwrap_or_default();
    let object = match session.create(operation, context.attacker, None).await {
        Ok(object) => object,
        Err(crate::session::CreateError::Probe(error)) => return Err(error),
        Err(crate::session::CreateError::Refused(_, status)) => {
            return Ok(Attempt {
                verdict: Verdict::of_refusal(&attacker, status),
                attacker: Some(context.attacker),
                ..Attempt::untested(Class::Function, "")
            });
        }
        Err(error) => return Ok(Attempt::untested(Class::Function, error.to_string())),
    };
    let seen = seen(context, &object).await?;
    let mut exchanges = object.history.clone();
    let shortest = exchanges.clone();
    exchanges.extend(seen);
    Ok(Attempt {
        class: Class::Function,
        verdict: match seen {
            Some(_) => Verdict::Confirmed(format!(
                "{attacker} makes a {} by a function of administrators ({why})",
                object.entity
            )),
            None => Verdict::Suspect(format!(
                "{attacker} is answered by a function of administrators ({why}), and no view shows whether it had an effect"
            )),
        },
        parameters: Vec::new(),
        attacker: Some(context.attacker),
        victim: None,
        exchanges,
        shortest,
    })
}

/// Returns the exchange in which an administrator or its maker sees an object.
async fn seen(
    context: &Context<'_>,
    object: &crate::world::Object,
) -> Result<Option<u64>, ProbeError> {
    let session = context.session;
    let mut viewers = vec![context.attacker];
    viewers.extend(administrator(context));
    for viewer in viewers {
        let object = crate::world::Object {
            owner: viewer,
            ..object.clone()
        };
        if let Some(view) = session.view(&object).await? {
            let exchange = session.send(Some(viewer), view).await?;
            if object
                .canaries
                .iter()
                .any(|one| exchange.answer.text.contains(&one.text))
            {
                return Ok(Some(exchange.number));
            }
        }
        for exchange in session.legitimate_reads(Some(viewer)).await.iter() {
            if object
                .canaries
                .iter()
                .any(|one| exchange.answer.text.contains(&one.text))
            {
                return Ok(Some(exchange.number));
            }
        }
    }
    Ok(None)
}
