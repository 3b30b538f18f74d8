//! The members that callers may set.

use std::collections::BTreeSet;

use airside_api::document::Schema;

use crate::{
    document::Operation,
    request::body_schema,
    tree::is_wrapper,
    word::{folded, singular},
};

/// Returns the members that a request may have, by their names as words joined: those of what it describes.
pub(super) fn free_members(operation: &Operation) -> BTreeSet<String> {
    let mut free = BTreeSet::new();
    if let Some(schema) = body_schema(operation, None) {
        add_free(&schema, operation.entity.as_deref(), &mut free);
    }
    free
}

/// Adds the members of a schema, and of those in it that merely wrap what it describes.
fn add_free(schema: &Schema, entity: Option<&str>, free: &mut BTreeSet<String>) {
    for (name, member) in schema
        .properties
        .iter()
        .filter(|(_, one)| !one.is_read_only)
    {
        let whole = folded(name);
        let is_around =
            is_wrapper(name) || whole == "attributes" || entity == Some(&singular(&whole));
        if is_around {
            add_free(member, entity, free);
        }
        free.insert(whole);
    }
}
