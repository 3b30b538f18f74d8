//! Lists in values: of one item, and of as many as have known identifiers.

use airside_api::document::Schema;
use serde_json::Value;

use super::filler::{Filler, typed};

impl Filler<'_> {
    /// Makes a list of one item, and of as many as have known identifiers.
    pub(super) fn list(
        &mut self,
        schema: &Schema,
        pointer: &str,
        name: &str,
        depth: usize,
    ) -> Value {
        let mut items = Vec::new();
        for position in 0..MAX_ITEMS {
            let pointer = format!("{pointer}/{position}");
            let Some(item) = schema
                .items
                .as_deref()
                .filter(|_| position == 0 || self.knows_part_of(&pointer))
            else {
                break;
            };
            items.push(match self.known.get(&pointer) {
                Some(Some(id)) => typed(id, item),
                _ => self.value(item, &pointer, name, depth + 1),
            });
        }
        items.retain(|one| !one.is_null());
        Value::Array(items)
    }

    /// Returns true if an identifier is known at a pointer or below it.
    fn knows_part_of(&self, pointer: &str) -> bool {
        let known = self.known.iter().filter(|(_, id)| id.is_some());
        let mut names = known.map(|(name, _)| name.as_str());
        names.any(|name| {
            let below = name.strip_prefix(pointer);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// The number of items in a list that is made.
const MAX_ITEMS: usize = 8;
