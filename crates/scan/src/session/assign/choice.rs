//! The slots that an attack fills with the victim's identifiers.

use crate::{
    document::{Place, Slot},
    word::words,
};

/// Returns all slots at once, then each alone: those of the path first, since what a body names may be meant to
/// be another's.
pub(super) fn choices(slots: Vec<&Slot>) -> Vec<Vec<&Slot>> {
    let mut single: Vec<Vec<&Slot>> = slots.iter().rev().map(|slot| vec![*slot]).collect();
    single.sort_by_key(|one| one.iter().any(|slot| slot.place != Place::Path));
    match slots.len() {
        0 => Vec::new(),
        1 => single,
        _ => [vec![slots], single].concat(),
    }
}

/// Returns true if a slot names somebody who gets something: it is meant to take what is another's.
pub(super) fn is_recipient(slot: &Slot) -> bool {
    let name = slot.name.rsplit('/').next().unwrap_or_default();
    let mut words = words(name).into_iter();
    slot.place != Place::Path && words.any(|word| RECIPIENTS.contains(&word.as_str()))
}

/// Words of names that take what is another's.
const RECIPIENTS: [&str; 17] = [
    "to",
    "recipient",
    "receiver",
    "destination",
    "dest",
    "beneficiary",
    "target",
    "friend",
    "invitee",
    "assignee",
    "followee",
    "mention",
    "payee",
    "peer",
    "participant",
    "product",
    "coupon",
];
