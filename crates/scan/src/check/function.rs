//! Functions of administrators that are open to others.
//!
//! | module | holds |
//! |---|---|
//! | `caller` | the identifiers and the callers of a function |
//! | `create` | functions of administrators that make something |
//! | `foreign` | functions of administrators at the victim's objects |

mod caller;
mod create;
mod foreign;

use self::{
    caller::{administrator, any_ids},
    create::create,
    foreign::foreign,
};
use crate::{
    check::{Attempt, Context, object_read::send},
    document::{DeclaredToken, Kind, Operation},
    exchange::Recorded,
    probe::ProbeError,
    report::model::{Class, Part},
    request::Assignment,
    verdict::{Verdict, differs_from, masked},
};

/// Checks every operation that only administrators should be able to call and that attacks no object.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let operations = session.api.operations.iter();
    let operations = operations.filter(|one| {
        one.administrative.is_some()
            && matches!(
                one.kind,
                Kind::Read | Kind::Create | Kind::Update | Kind::Act | Kind::Register
            )
    });
    for operation in operations {
        (session.progress)(&operation.name());
        let is_read = operation.kind == Kind::Read && !operation.is_write();
        if !is_read && (!operation.slots.is_empty() || operation.kind != Kind::Create) {
            continue;
        }
        let attempt = async |_| match is_read {
            true => read(context, operation).await,
            false => create(context, operation).await,
        };
        context
            .prove(operation.index, Class::Function, attempt)
            .await;
    }
}

async fn read(context: &Context<'_>, operation: &Operation) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let Some(ids) = any_ids(context, operation) else {
        return Ok(Attempt::untested(
            Class::Function,
            "no value is known for its identifiers",
        ));
    };
    let Some(attack) = send(context, operation, &ids, Some(context.attacker)).await? else {
        return Ok(Attempt::untested(
            Class::Function,
            "its request cannot be built",
        ));
    };
    session.note(&attack, Part::Foreign);
    let mut exchanges = vec![attack.number];
    let verdict = match attack.answer.is_accepted() {
        false => refused(context, operation, (&ids, &attack), &mut exchanges).await?,
        true => shown(context, operation, (&ids, &attack), &mut exchanges).await?,
    };
    let is_open = verdict.reason().contains("without a token");
    let last = match is_open {
        true => exchanges.last().copied(),
        false => Some(attack.number),
    };
    Ok(Attempt {
        class: match is_open && verdict.weight() > 1 {
            true => Class::Authentication,
            false => Class::Function,
        },
        verdict,
        parameters: Vec::new(),
        attacker: Some(context.attacker).filter(|_| !is_open),
        victim: None,
        shortest: last.into_iter().collect(),
        exchanges,
    })
}

/// Judges a refusal: who has no token may be answered nevertheless.
async fn refused(
    context: &Context<'_>,
    operation: &Operation,
    (ids, attack): (&Assignment, &Recorded),
    exchanges: &mut Vec<u64>,
) -> Result<Verdict, ProbeError> {
    let session = context.session;
    let attacker = session.name(context.attacker);
    let status = attack.answer.status;
    if let Some(anonymous) = send(context, operation, ids, None).await? {
        session.note(&anonymous, Part::Anonymous);
        let is_answered = anonymous.answer.is_accepted()
            && anonymous
                .answer
                .json
                .as_ref()
                .is_some_and(|one| !is_empty(one));
        if is_answered && operation.declared.token != DeclaredToken::Public {
            exchanges.push(anonymous.number);
            return Ok(Verdict::Confirmed(format!(
                "a function of administrators answers without a token, and refuses {attacker} with {status}"
            )));
        }
    }
    Ok(Verdict::of_refusal(&attacker, status))
}

/// Judges an answer of a function of administrators to somebody else.
async fn shown(
    context: &Context<'_>,
    operation: &Operation,
    (ids, attack): (&Assignment, &Recorded),
    exchanges: &mut Vec<u64>,
) -> Result<Verdict, ProbeError> {
    let session = context.session;
    let attacker = session.name(context.attacker);
    let why = operation.administrative.clone().unwrap_or_default();
    let Some(anonymous) = send(context, operation, ids, None).await? else {
        return Ok(Verdict::NotTested("its request cannot be built".to_owned()));
    };
    session.note(&anonymous, Part::Anonymous);
    let is_empty = attack.answer.json.as_ref().is_none_or(is_empty);
    if anonymous.answer.is_accepted() {
        exchanges.push(anonymous.number);
        return Ok(
            match (
                operation.declared.token,
                is_empty,
                foreign(context, operation, &anonymous).await,
            ) {
                (DeclaredToken::Required, false, Some(what)) => Verdict::Confirmed(format!(
                    "a function of administrators ({why}) answers without a token, which the document requires, and shows {what}"
                )),
                (DeclaredToken::Required, false, None) => Verdict::Suspect(format!(
                    "a function of administrators ({why}) answers without a token, which the document requires"
                )),
                (DeclaredToken::Public, ..) => {
                    Verdict::Refuted("it is public, as the document says".to_owned())
                }
                _ => Verdict::Suspect(format!(
                    "a function of administrators ({why}) is public: it answers without a token"
                )),
            },
        );
    }
    if let Some(what) = foreign(context, operation, attack).await {
        return Ok(Verdict::Confirmed(format!(
            "{attacker} calls a function of administrators ({why}) and sees {what}"
        )));
    }
    if let Some(administrator) = administrator(context) {
        let first = send(context, operation, ids, Some(administrator)).await?;
        let second = send(context, operation, ids, Some(administrator)).await?;
        if let (Some(first), Some(second)) = (first, second) {
            session.note(&first, Part::Own);
            exchanges.extend([first.number, second.number]);
            let stable = masked([&first.answer, &second.answer]);
            if first.answer.is_accepted()
                && !stable.is_empty()
                && !differs_from(&stable, &attack.answer)
            {
                return Ok(Verdict::Confirmed(format!(
                    "{attacker} is answered by a function of administrators ({why}) as {} is",
                    session.name(administrator)
                )));
            }
        }
    }
    Ok(match is_empty {
        true => Verdict::Suspect(format!(
            "{attacker} is answered by a function of administrators ({why}), with nothing in it"
        )),
        false => Verdict::Suspect(format!(
            "{attacker} is answered by a function of administrators ({why}); no administrator is named to compare with"
        )),
    })
}

fn is_empty(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::Array(items) => items.is_empty(),
        serde_json::Value::Object(members) => members
            .values()
            .all(|one| one.is_null() || one.is_array() && is_empty(one)),
        other => other.is_null(),
    }
}
