//! Properties that are set although callers may not set them (mass assignment).
//!
//! | module | holds |
//! |---|---|
//! | `candidate` | the properties that could be set, with other values |
//! | `free` | the members that callers may set |
//! | `outcome` | the verdict on the object after a property was set |
//! | `peers` | other objects of the same kind |
//! | `protection` | the proof that callers may not set a property |
//! | `row` | the object in answers to its owner |

mod candidate;
mod free;
mod outcome;
mod peers;
mod protection;
mod row;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use self::{
    candidate::{Before, Candidates, candidates, sets},
    outcome::{hidden, ignored, judge, nothing},
    peers::{Peers, is_own_record},
    row::{Row, claim_row, rows},
};
use crate::{
    check::{Attempt, Context, Untested},
    document::{Hint, Kind, Operation},
    exchange::IdentityIndex,
    report::model::Class,
    world::Object,
};

/// Checks every operation that makes or changes an object of the caller.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let is_wanted = |one: &&Operation| {
        let is_set = matches!(one.kind, Kind::Create | Kind::Register | Kind::Update);
        is_set && (one.administrative.is_none() || one.hint == Hint::Name)
    };
    let operations = session.api.operations.iter().filter(is_wanted);
    let mut operations: Vec<_> = operations.collect();
    // what has no identifier changes the caller's own account
    operations.sort_by_key(|one| (one.kind == Kind::Update, one.slots.is_empty()));
    for operation in operations {
        (session.progress)(&operation.name());
        let attempt = async |_| match operation.kind {
            Kind::Register => register(context, operation).await,
            Kind::Create => create(context, operation).await,
            _ => update(context, operation).await,
        };
        let class = Class::PropertyWrite;
        context.prove(operation.index, class, attempt).await;
    }
}

async fn register(context: &Context<'_>, operation: &Operation) -> Result<Attempt, Untested> {
    let session = context.session;
    let (owner, object) = session.some_throwaway().await?;
    if object.made_by != Some(operation.index) && session.recipe.register.is_none() {
        return Err("it made no account that can sign in".into());
    }
    let all_rows = async |owner: IdentityIndex, object: &Object| {
        let rows = rows(context, operation, owner, object).await;
        let claims = claim_row(context, owner, object);
        rows.into_iter().chain(claims).collect::<Vec<_>>()
    };
    let before = Before {
        own: all_rows(owner, &object).await,
        peers: Peers::default(),
    };
    try_sets(context, operation, before, async |set| {
        let (owner, object) = session.throwaway(Some(set)).await.ok()?;
        let rows = all_rows(owner, &object).await;
        Some(((*object).clone(), rows))
    })
    .await
}

async fn create(context: &Context<'_>, operation: &Operation) -> Result<Attempt, Untested> {
    let session = context.session;
    let owner = context.attacker;
    let object = session.create(operation, owner, None).await?;
    let own = rows(context, operation, owner, &object).await;
    if own.is_empty() {
        return Err("no read of the document shows the object that it makes: whether a property was set is not seen".into());
    }
    let peers = Peers::of(context, operation, &object.entity, &own).await;
    let before = Before { own, peers };
    try_sets(context, operation, before, async |set| {
        let object = session.create(operation, owner, Some(set)).await.ok()?;
        let (rows, is_given) = rows_of_either(context, operation, owner, &object).await;
        if is_given {
            session.world.lock().give_away(&object);
        }
        Some(((*object).clone(), rows))
    })
    .await
}

async fn update(context: &Context<'_>, operation: &Operation) -> Result<Attempt, Untested> {
    let session = context.session;
    let (owner, object) = session.own_target(operation, context.attacker).await?;
    let own = rows(context, operation, owner, &object).await;
    if own.is_empty() {
        return Err("no read of the document shows the object that it changes: whether a property was set is not seen".into());
    }
    let peers = Peers::of(context, operation, &object.entity, &own).await;
    let before = Before { own, peers };
    let ids = session.assign_own(operation, owner, Some(&object));
    let ids = ids
        .ok_or("no value is known for its identifiers: give an example of them in the document")?;
    try_sets(context, operation, before, async |set| {
        let sent = session.try_body(operation, &ids, Some(owner), Some(set));
        let (exchange, _) = sent.await.ok()?;
        session.world.lock().retire(&object);
        let mut changed = (*object).clone();
        changed.history.push(exchange.number);
        let (rows, is_given) = rows_of_either(context, operation, owner, &changed).await;
        if is_given {
            session.world.lock().give_away(&object);
        }
        Some((changed, rows))
    })
    .await
}

/// Returns the rows that are an object, as its owner sees it; where the owner does not, it may be the victim's now:
/// as the victim does, and true.
async fn rows_of_either(
    context: &Context<'_>,
    operation: &Operation,
    owner: IdentityIndex,
    object: &Object,
) -> (Vec<Row>, bool) {
    let own = rows(context, operation, owner, object).await;
    if !own.is_empty() || is_own_record(operation) {
        return (own, false);
    }
    let given = Object {
        owner: context.victim,
        ..object.clone()
    };
    (rows(context, operation, context.victim, &given).await, true)
}

/// Sets all candidates at once and each alone, and judges what became of them; `write` returns the object with
/// its rows, `None` if the set was refused.
async fn try_sets<W>(
    context: &Context<'_>,
    operation: &Operation,
    before: Before,
    write: W,
) -> Result<Attempt, Untested>
where
    W: AsyncFn(&Map<String, Value>) -> Option<(Object, Vec<Row>)>,
{
    let Some(candidates) = candidates(context, operation, before) else {
        return Err(nothing(operation).into());
    };
    let mut suspect = None;
    let mut unseen = BTreeSet::new();
    for set in sets(&candidates) {
        let Some((object, after)) = write(&set).await else {
            continue;
        };
        if after.is_empty() {
            unseen.extend(set.into_iter().map(|(name, _)| name));
            continue;
        }
        let attempt = judge(context, operation, (&candidates, &set), &after, &object);
        if is_decided(&attempt, &candidates, &set) {
            return Ok(attempt);
        }
        suspect = suspect.or(Some(attempt).filter(|one| one.verdict.weight() > 1));
    }
    match suspect {
        Some(suspect) => Ok(suspect),
        None if unseen.is_empty() => Ok(ignored(&candidates)),
        None => Err(hidden(&unseen).into()),
    }
}

/// Returns true if another set could prove no more: a hole is proven, or all candidates were taken at once.
fn is_decided(attempt: &Attempt, candidates: &Candidates, set: &Map<String, Value>) -> bool {
    let is_all = set.len() == candidates.set.len();
    attempt.verdict.is_confirmed() || attempt.verdict.weight() > 1 && is_all
}
