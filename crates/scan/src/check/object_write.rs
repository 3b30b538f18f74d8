//! Another's object changed or deleted, or something done in another's name.
//!
//! | module | holds |
//! |---|---|
//! | `account` | attacks on accounts: one that is gone, one that is open without a token |
//! | `attempt` | one attack on one object |
//! | `control` | the owner's own request, where the attacker's was invalid |
//! | `consequence` | effects beside those in a view: a password that opens the account, access that was gained, an object in the answer |
//! | `effect` | the verdict on what the victim sees |
//! | `forgery` | what the attacker makes in the victim's name |
//! | `prey` | a victim, and the object that is attacked |
//! | `singleton` | attacks on what a caller has once |
//! | `strike` | the attack itself: the request, other bodies where one is invalid, and undoing it |
//! | `subject` | what a write is about: deletion or change, and the identifiers that are attacked |
//! | `watch` | what the victim sees before and after an attack |

mod account;
mod attempt;
mod consequence;
mod control;
mod effect;
mod forgery;
mod prey;
mod singleton;
mod strike;
mod subject;
mod watch;

use self::{
    attempt::attempt,
    singleton::singleton,
    subject::{attacks, class_of, deletes, targets},
};
use crate::{
    check::{Attempt, Context, Untested},
    document::{Kind, Operation, Slot},
    verdict::Verdict,
};

/// Checks every write that is not a deletion.
pub(super) async fn run_changes(context: &Context<'_>) {
    run(context, |operation| !deletes(operation)).await;
}

/// Checks every deletion.
pub(super) async fn run_deletes(context: &Context<'_>) {
    run(context, deletes).await;
}

async fn run(context: &Context<'_>, is_wanted: fn(&Operation) -> bool) {
    let operations = context.session.api.operations.iter().filter(|one| {
        one.is_write()
            && (!one.slots.is_empty() || one.kind == Kind::Update)
            && matches!(
                one.kind,
                Kind::Create | Kind::Update | Kind::Delete | Kind::Act | Kind::Read
            )
    });
    let mut operations: Vec<_> = operations.filter(|one| is_wanted(one)).collect();
    operations.sort_by_key(|one| match one.kind {
        Kind::Create => 0,
        Kind::Update => 1,
        _ => 2,
    });
    for operation in operations {
        check(context, operation).await;
    }
}

async fn check(context: &Context<'_>, operation: &Operation) {
    (context.session.progress)(&operation.name());
    let class = class_of(operation);
    if operation.slots.is_empty() {
        let attempt = async |_| singleton(context, operation).await;
        context.prove(operation.index, class, attempt).await;
        return;
    }
    // a header that may be missing leaves what the caller has once
    let is_once = operation
        .slots
        .iter()
        .all(|slot| slot.is_ambient() && !slot.is_required);
    if is_once && operation.kind == Kind::Update {
        let attempt = async |_| singleton(context, operation).await;
        let verdict = context.prove(operation.index, class, attempt).await;
        if verdict.is_confirmed() {
            return;
        }
    }
    let targets = targets(operation);
    for slot in &targets {
        let attacks = attacks(operation);
        for at in 0..attacks {
            let attempt =
                async |fresh: bool| match slot.is_person() && operation.kind != Kind::Create {
                    true => as_throwaway(context, operation, slot, (at, fresh)).await,
                    false => attempt(context, operation, slot, (at, fresh)).await,
                };
            let verdict = context.prove(operation.index, class, attempt).await;
            match verdict {
                Verdict::Confirmed(_) => return,
                Verdict::NotTested(_) if !verdict.is_invalid() => break,
                _ => {}
            }
        }
    }
    if targets.is_empty() {
        let why = "its identifiers name somebody who is meant to get something";
        context.add(operation.index, Attempt::untested(class, why), 0);
    }
}

/// Attacks an account with another one to be thrown away: an API that ignores the identifier changes the
/// attacker's own.
async fn as_throwaway(
    context: &Context<'_>,
    operation: &Operation,
    slot: &Slot,
    which: (usize, bool),
) -> Result<Attempt, Untested> {
    let session = context.session;
    let Ok((attacker, own)) = session.throwaway(None).await else {
        return attempt(context, operation, slot, which).await;
    };
    // it is not a victim of later attacks
    session.world.lock().retire(&own);
    let context = context.between(context.victim, attacker);
    let mut made = attempt(&context, operation, slot, which).await?;
    if made.attacker == Some(attacker) {
        made.shortest.extend(own.history.clone());
    }
    Ok(made)
}
