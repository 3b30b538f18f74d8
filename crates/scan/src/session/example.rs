//! Examples of the document.

use crate::{
    document::{Operation, Slot},
    tree::text_of,
};

/// Returns the example that a document has for a parameter.
#[must_use]
pub fn example(operation: &Operation, slot: &Slot) -> Option<String> {
    let mut described = operation.detail.parameters.iter();
    let found = described.find(|one| one.name == slot.name)?;
    let example = found.example.as_ref().or(found.schema.example.as_ref());
    text_of(example.or(found.schema.default.as_ref())?)
}
