//! Another's object in an answer.
//!
//! | module | holds |
//! |---|---|
//! | `attempt` | one attack on one object |
//! | `own_view` | the view that the owner has of the attacked object |
//! | `evidence` | the verdict on an answer that shows something of the victim |

mod attempt;
mod evidence;
mod own_view;

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use self::{attempt::attempt, evidence::class_of};
use crate::{
    check::{Attempt, Context},
    document::Operation,
    session::Variant,
    world::Object,
};

pub(super) use evidence::{Evidence, judge_answer, send};

/// Checks every read with a slot.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let reads = session.api.reads().filter(|one| !one.slots.is_empty());
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
    let target = operation.target_slot();
    let others = operation.slots.iter().filter(|one| Some(*one) != target);
    for slot in target.into_iter().chain(others) {
        let found = session.world.lock().for_slot(context.victim, slot);
        for object in found.into_iter().take(2) {
            if !objects.contains(&object) && objects.len() < 3 {
                objects.push(object);
            }
        }
        // the target says what is read
        if !objects.is_empty() && Some(slot) == target {
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
    let world = context.session.world.lock();
    let mut needed = operation.slots.iter().filter(|slot| slot.is_required);
    let unknown = needed.find(|slot| world.for_slot(context.victim, slot).is_empty());
    let Some(slot) = unknown else {
        return "none of its identifiers tells the victim's objects from the attacker's".to_owned();
    };
    let hint = match context.session.allow_writes {
        true => "",
        false => ": objects are made with --allow-writes",
    };
    let name = &slot.name;
    format!("{victim} has no object whose identifier could be `{name}`{hint}")
}

const MAX_VARIANTS: usize = 4;
