//! Another's object in an answer.
//!
//! | module | holds |
//! |---|---|
//! | `attempt` | one attack on one object |
//! | `evidence` | the verdict on an answer that shows something of the victim |

mod attempt;
mod evidence;

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use self::{attempt::attempt, evidence::class_of};
use crate::{
    check::{Attempt, Context},
    document::{Kind, Operation},
    session::Variant,
    world::Object,
};

pub(super) use evidence::{Evidence, judge_answer, send};

/// Checks every read with a slot.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let reads = session.api.operations.iter();
    let reads =
        reads.filter(|one| one.kind == Kind::Read && !one.is_write() && !one.slots.is_empty());
    stream::iter(reads)
        .for_each_concurrent(session.concurrency, |operation| check(context, operation))
        .await;
}

async fn check(context: &Context<'_>, operation: &Operation) {
    let session = context.session;
    (session.progress)(&operation.name());
    let class = class_of(operation);
    let variants = variants(context, operation);
    if variants.is_empty() {
        let why = reason(context, operation);
        context.add(operation.index, Attempt::untested(class, why), 0);
        return;
    }
    for variant in variants {
        let attempt = async |fresh: bool| attempt(context, operation, &variant, fresh).await;
        if context
            .prove(operation.index, class, attempt)
            .await
            .is_confirmed()
        {
            return;
        }
    }
}

/// Returns attacks on the victim's objects that could be in a slot of the operation.
fn variants(context: &Context<'_>, operation: &Operation) -> Vec<Variant> {
    let session = context.session;
    let mut objects: Vec<Arc<Object>> = Vec::new();
    // a member of a team is a person, and the team is what is attacked
    let path: Vec<_> = operation.path_slots().collect();
    let is_person = |slot: &&&crate::document::Slot| slot.entities.iter().any(|one| one == "user");
    let last = path
        .iter()
        .rev()
        .find(|slot| !is_person(slot))
        .or(path.last())
        .copied();
    let others = operation.slots.iter().filter(|one| Some(*one) != last);
    let slots = last.into_iter().chain(others);
    for slot in slots {
        let found = session.world.lock().for_slot(context.victim, slot);
        for object in found.into_iter().take(2) {
            if !objects.contains(&object) && objects.len() < 3 {
                objects.push(object);
            }
        }
        // the last part of the path says what is read
        if !objects.is_empty() && Some(slot) == last {
            break;
        }
    }
    let all = objects
        .iter()
        .flat_map(|object| session.variants(operation, object, context.attacker));
    all.take(MAX_VARIANTS).collect()
}

fn reason(context: &Context<'_>, operation: &Operation) -> String {
    let victim = context.session.name(context.victim);
    let unknown = operation.slots.iter().find(|slot| {
        slot.is_required
            && context
                .session
                .world
                .lock()
                .for_slot(context.victim, slot)
                .is_empty()
    });
    match unknown {
        Some(slot) if !context.session.allow_writes => format!(
            "{victim} has no object whose identifier could be `{}`: objects are made with --allow-writes",
            slot.name
        ),
        Some(slot) => format!(
            "{victim} has no object whose identifier could be `{}`",
            slot.name
        ),
        None => "none of its identifiers tells the victim's objects from the attacker's".to_owned(),
    }
}

const MAX_VARIANTS: usize = 4;
