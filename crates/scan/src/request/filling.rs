//! The values with which a request is filled.

use std::collections::BTreeMap;

use airside_api::document::Schema;
use serde_json::{Map, Value};

use crate::{
    document::Slot,
    value::{Mint, Tactic},
};

/// The identifiers of a request by their slots.
pub type Assignment = BTreeMap<(usize, String), String>;

/// The key of a slot in an [`Assignment`].
#[must_use]
pub fn key(slot: &Slot) -> (usize, String) {
    (slot.place as usize, slot.name.clone())
}

/// Returns the key of one more identifier of a slot that takes several; `None` if it takes one.
#[must_use]
pub fn key_at(slot: &Slot, position: usize) -> Option<(usize, String)> {
    Some((slot.place as usize, slot.name_at(position)?))
}

/// Returns the identifiers of a slot behind its first one, with the names of their places.
pub(super) fn further<'a>(
    slot: &'a Slot,
    ids: &'a Assignment,
) -> impl Iterator<Item = (String, &'a String)> {
    (1..).map_while(move |position| {
        let key = key_at(slot, position)?;
        let id = ids.get(&key)?;
        Some((key.1, id))
    })
}

/// The settings of a request beside its identifiers.
#[derive(Clone, Copy, Debug)]
pub struct Filling<'a> {
    /// The tactic by which its body is filled.
    pub tactic: &'a Tactic,
    /// The shape of a body that the document does not describe.
    pub learned: Option<&'a Schema>,
    /// The members that answers have, by their names.
    pub seen: &'a Schema,
    /// Members that are added to its body or replace those in it.
    pub extra: Option<&'a Map<String, Value>>,
    /// The source of canaries.
    pub mint: &'a Mint,
}
