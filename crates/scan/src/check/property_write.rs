//! Properties that are set although callers may not set them (mass assignment).
//!
//! | module | holds |
//! |---|---|
//! | `candidate` | the properties that could be set, with other values |
//! | `outcome` | the verdict on the object after a property was set |
//! | `protection` | the proof that callers may not set a property |
//! | `row` | the object in answers to its owner |

mod candidate;
mod outcome;
mod protection;
mod row;

use serde_json::{Map, Value};

use self::{
    candidate::{Candidates, candidates, sets},
    outcome::{ignored, judge, nothing},
    row::{claim_row, own_object, rows},
};
use crate::{
    check::{Attempt, Context},
    document::{Kind, Operation},
    probe::ProbeError,
    report::model::Class,
};

/// Checks every operation that makes or changes an object of the caller.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let operations = session.api.operations.iter();
    let mut operations: Vec<_> = operations
        .filter(|one| {
            matches!(one.kind, Kind::Create | Kind::Register | Kind::Update)
                && one.administrative.is_none()
        })
        .collect();
    // what has no identifier changes the caller's own account
    operations.sort_by_key(|one| (one.kind == Kind::Update, one.slots.is_empty()));
    for operation in operations {
        (session.progress)(&operation.name());
        let attempt = async |_| match operation.kind {
            Kind::Register => register(context, operation).await,
            Kind::Create => create(context, operation).await,
            _ => update(context, operation).await,
        };
        context
            .prove(operation.index, Class::PropertyWrite, attempt)
            .await;
    }
}

async fn register(context: &Context<'_>, operation: &Operation) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let (owner, object) = match session.some_throwaway().await {
        Ok(made) => made,
        Err(why) => return Ok(Attempt::untested(Class::PropertyWrite, why)),
    };
    if object.made_by != Some(operation.index) && session.recipe.register.is_none() {
        return Ok(Attempt::untested(
            Class::PropertyWrite,
            "it made no account that can sign in",
        ));
    }
    let rows = rows(context, operation, owner, &object).await;
    let claims = claim_row(context, owner);
    let candidates = candidates(context, operation, rows.into_iter().chain(claims).collect());
    let Some(candidates) = candidates else {
        return Ok(nothing(operation));
    };
    let mut suspect = None;
    for set in sets(&candidates) {
        let Ok((owner, object)) = session.throwaway(Some(&set)).await else {
            continue;
        };
        let after = self::rows(context, operation, owner, &object).await;
        let after: Vec<_> = after.into_iter().chain(claim_row(context, owner)).collect();
        let attempt = judge(context, operation, (&candidates, &set), &after, &object);
        if is_decided(&attempt, &candidates, &set) {
            return Ok(attempt);
        }
        suspect = suspect.or(Some(attempt).filter(|one| one.verdict.weight() > 1));
    }
    Ok(suspect.unwrap_or_else(|| ignored(&candidates)))
}

async fn create(context: &Context<'_>, operation: &Operation) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let owner = context.attacker;
    let object = match session.create(operation, owner, None).await {
        Ok(object) => object,
        Err(error) => return Ok(Attempt::untested(Class::PropertyWrite, error.to_string())),
    };
    let rows = rows(context, operation, owner, &object).await;
    if rows.is_empty() {
        return Ok(Attempt::untested(
            Class::PropertyWrite,
            "no view shows the object that it makes",
        ));
    }
    let Some(candidates) = candidates(context, operation, rows) else {
        return Ok(nothing(operation));
    };
    let mut suspect = None;
    for set in sets(&candidates) {
        let Ok(object) = session.create(operation, owner, Some(&set)).await else {
            continue;
        };
        let after = self::rows(context, operation, owner, &object).await;
        let attempt = judge(context, operation, (&candidates, &set), &after, &object);
        if is_decided(&attempt, &candidates, &set) {
            return Ok(attempt);
        }
        suspect = suspect.or(Some(attempt).filter(|one| one.verdict.weight() > 1));
    }
    Ok(suspect.unwrap_or_else(|| ignored(&candidates)))
}

async fn update(context: &Context<'_>, operation: &Operation) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let (owner, object) = match own_object(context, operation).await {
        Ok(own) => own,
        Err(why) => return Ok(Attempt::untested(Class::PropertyWrite, why)),
    };
    let rows = rows(context, operation, owner, &object).await;
    if rows.is_empty() {
        return Ok(Attempt::untested(
            Class::PropertyWrite,
            "no view shows the object that it changes",
        ));
    }
    let Some(candidates) = candidates(context, operation, rows) else {
        return Ok(nothing(operation));
    };
    let Some(ids) = session.assign_own(operation, owner, Some(&object)) else {
        return Ok(Attempt::untested(
            Class::PropertyWrite,
            "no value is known for its identifiers",
        ));
    };
    let mut suspect = None;
    for set in sets(&candidates) {
        let sent = session
            .try_body(operation, &ids, Some(owner), Some(&set))
            .await;
        let Ok((exchange, _)) = sent else { continue };
        session.world.lock().retire(&object);
        let mut changed = (*object).clone();
        changed.history.push(exchange.number);
        let after = self::rows(context, operation, owner, &changed).await;
        let attempt = judge(context, operation, (&candidates, &set), &after, &changed);
        if is_decided(&attempt, &candidates, &set) {
            return Ok(attempt);
        }
        suspect = suspect.or(Some(attempt).filter(|one| one.verdict.weight() > 1));
    }
    Ok(suspect.unwrap_or_else(|| ignored(&candidates)))
}

/// Returns true if another set could prove no more: a hole is proven, or all candidates were taken at once.
fn is_decided(attempt: &Attempt, candidates: &Candidates, set: &Map<String, Value>) -> bool {
    let is_all = set.len() == candidates.set.len();
    attempt.verdict.is_confirmed() || attempt.verdict.weight() > 1 && is_all
}
