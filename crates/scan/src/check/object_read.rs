//! Another's object in an answer.
//!
//! | module | holds |
//! |---|---|
//! | `attempt` | one attack on one object |
//! | `own_view` | the view that the owner has of the attacked object |
//! | `evidence` | the verdict on an answer that shows something of the victim |
//! | `listing` | the lists of the attacker, and what they show of such objects |

mod attempt;
mod evidence;
mod listing;
mod own_view;

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use self::{attempt::attempt, evidence::class_of};
use crate::{
    check::{Attempt, Context},
    document::{Operation, Slot},
    session::Variant,
    world::Object,
};

pub(super) use evidence::{Evidence, judge_answer, send};
pub(super) use listing::Listing;

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
        for object in fitting(found, slot).into_iter().take(2) {
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
    distinct(all).into_iter().take(MAX_VARIANTS).collect()
}

/// Drops objects of other kinds where there is one of a kind that a slot names: a comment that merely has the
/// identifier of its post is not the post.
fn fitting(mut found: Vec<Arc<Object>>, slot: &Slot) -> Vec<Arc<Object>> {
    let is_named = |one: &Arc<Object>| slot.entities.contains(&one.entity);
    if found.iter().any(is_named) {
        found.retain(is_named);
    }
    found
}

/// Keeps the first attack of those that send the same identifiers.
fn distinct(all: impl Iterator<Item = Variant>) -> Vec<Variant> {
    let mut kept: Vec<Variant> = Vec::new();
    for variant in all {
        if !kept.iter().any(|one| one.foreign == variant.foreign) {
            kept.push(variant);
        }
    }
    kept
}

fn reason(context: &Context<'_>, operation: &Operation) -> String {
    let victim = context.session.name(context.victim);
    let world = context.session.world.lock();
    let mut needed = operation.slots.iter().filter(|slot| slot.is_required);
    let unknown = needed.find(|slot| world.for_slot(context.victim, slot).is_empty());
    let Some(slot) = unknown else {
        return "the same identifiers lead both callers to what is their own".to_owned();
    };
    let hint = match context.session.allow_writes {
        true => context
            .session
            .maker_failure(&slot.entities, context.victim),
        false => "objects are made with --allow-writes".to_owned(),
    };
    let name = &slot.name;
    format!("{victim} has no object whose identifier could be `{name}`: {hint}")
}

const MAX_VARIANTS: usize = 4;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        document::{Form, Place},
        request::{Assignment, key},
    };

    fn slot() -> Slot {
        Slot {
            place: Place::Path,
            name: "post_id".to_owned(),
            entities: vec!["post".to_owned()],
            field: "id".to_owned(),
            is_required: true,
            form: Form::One,
        }
    }

    fn object(entity: &str, id_name: &str) -> Arc<Object> {
        Arc::new(Object {
            entity: entity.to_owned(),
            fields: BTreeMap::from([(id_name.to_owned(), "5".to_owned())]),
            ..Object::default()
        })
    }

    #[test]
    fn an_object_that_merely_names_a_post_is_not_attacked_in_its_place() {
        let (post, comment) = (object("post", "id"), object("comment", "postid"));
        let both = vec![Arc::clone(&post), Arc::clone(&comment)];
        assert_eq!(fitting(both, &slot()), [post]);
        // the control: without a post it tells whose post it is
        assert_eq!(fitting(vec![Arc::clone(&comment)], &slot()), [comment]);
    }

    #[test]
    fn the_same_request_is_sent_once() {
        let variant = |id: &str, object: &Arc<Object>| Variant {
            object: Arc::clone(object),
            own: Assignment::new(),
            foreign: Assignment::from([(key(&slot()), id.to_owned())]),
            parameters: Vec::new(),
            beside: None,
        };
        let (post, share) = (object("post", "id"), object("share", "postid"));
        let all = [
            variant("5", &post),
            variant("5", &share),
            variant("6", &share),
        ];

        let kept = distinct(all.into_iter());

        assert_eq!(kept.len(), 2);
        assert_eq!(kept[0].object, post);
    }
}
