//! The objects in JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{leaf::below, link, scalar};
use crate::word::{folded, singular, words};

/// An object in an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundObject {
    /// The JSON pointer to it.
    pub pointer: String,
    /// The kind of object, by the member that holds it; `None` at the top.
    pub entity: Option<String>,
    /// Its identifier-like and other values, by their names as words joined.
    pub fields: BTreeMap<String, String>,
    /// The addresses that it says of itself, in which its identifier may be.
    pub addresses: Vec<String>,
    /// True if it is in a list.
    pub is_item: bool,
}

/// Returns the objects in JSON: those at the top, in wrappers, in lists, and one in another.
#[must_use]
pub fn objects(value: &Value, entity: Option<&str>) -> Vec<FoundObject> {
    let mut found = addressed_objects(value, entity);
    found.retain(|one| !one.fields.is_empty());
    found
}

/// Returns the objects in JSON, and those of which nothing but an address is there.
#[must_use]
pub fn addressed_objects(value: &Value, entity: Option<&str>) -> Vec<FoundObject> {
    let mut found = Vec::new();
    let top = Position {
        pointer: String::new(),
        entity,
        is_item: false,
        depth: 0,
    };
    collect(value, &top, &mut found);
    found
}

/// The position of a value in JSON.
struct Position<'a> {
    pointer: String,
    entity: Option<&'a str>,
    is_item: bool,
    depth: usize,
}

impl Position<'_> {
    /// Returns the position of a member or an item of the value.
    fn inner<'a>(&self, name: &str, entity: Option<&'a str>) -> Position<'a> {
        Position {
            pointer: below(&self.pointer, name),
            entity,
            is_item: false,
            depth: self.depth + 1,
        }
    }
}

fn collect(value: &Value, at: &Position<'_>, found: &mut Vec<FoundObject>) {
    if at.depth > 6 || found.len() >= MAX_OBJECTS {
        return;
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        let inner = at.inner(&index.to_string(), at.entity);
        let is_item = true;
        collect(item, &Position { is_item, ..inner }, found);
    }
    let Value::Object(members) = value else {
        return;
    };
    found.extend(FoundObject::of(members, at));
    for (name, member) in members {
        if member.is_object() || member.is_array() {
            let inner = match is_wrapper(name) {
                true => at.entity.map(str::to_owned),
                false => kind_of_member(name),
            };
            collect(member, &at.inner(name, inner.as_deref()), found);
        }
    }
}

impl FoundObject {
    /// Reads the values of an object; `None` if it has none.
    fn of(members: &Map<String, Value>, at: &Position<'_>) -> Option<Self> {
        let fields = scalar::fields(members);
        let addresses = link::addresses(members);
        (!fields.is_empty() || !addresses.is_empty()).then(|| Self {
            pointer: at.pointer.clone(),
            entity: at.entity.map(str::to_owned),
            fields,
            addresses,
            is_item: at.is_item,
        })
    }
}

/// Returns the kind of the objects that a member holds, by its name: `orderItems` holds an `orderitem`.
fn kind_of_member(name: &str) -> Option<String> {
    let mut words = words(name);
    let last = words.pop()?;
    words.push(singular(&last));
    Some(words.concat())
}

/// Returns true if a member merely wraps what an answer is about.
#[must_use]
pub fn is_wrapper(name: &str) -> bool {
    WRAPPERS.contains(&folded(name).as_str())
}

/// Names of members that merely wrap what an answer is about.
const WRAPPERS: [&str; 23] = [
    "data",
    "hydramember",
    "result",
    "results",
    "items",
    "item",
    "content",
    "payload",
    "response",
    "records",
    "record",
    "rows",
    "list",
    "objects",
    "object",
    "value",
    "values",
    "hits",
    "embedded",
    "collection",
    "body",
    "entries",
    "page",
];

const MAX_OBJECTS: usize = 2_000;
