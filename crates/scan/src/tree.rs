//! JSON values as the objects and the values in them.
//!
//! | module | holds |
//! |---|---|
//! | `link` | the address that an object says of itself |
//! | `scalar` | the values of an object by their names |

mod link;
mod scalar;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::word::{folded, singular, words};

pub use scalar::text_of;

/// A value in an answer that is neither an object nor a list.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// The name of the member that holds it, or the list that it is in.
    pub name: &'a str,
    /// The value.
    pub value: &'a Value,
    /// The smallest object around it.
    pub around: Option<&'a Map<String, Value>>,
}

/// Returns the values in JSON by their JSON pointers.
#[must_use]
pub fn leaves(value: &Value) -> BTreeMap<String, Leaf<'_>> {
    let mut leaves = BTreeMap::new();
    let top = Leaf {
        name: "",
        value,
        around: None,
    };
    walk(top, String::new(), &mut leaves);
    leaves
}

fn walk<'a>(at: Leaf<'a>, pointer: String, leaves: &mut BTreeMap<String, Leaf<'a>>) {
    if leaves.len() > MAX_LEAVES {
        return;
    }
    match at.value {
        Value::Object(members) => {
            for (name, value) in members {
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                let around = Some(members);
                walk(
                    Leaf {
                        name,
                        value,
                        around,
                    },
                    pointer,
                    leaves,
                );
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(Leaf { value, ..at }, format!("{pointer}/{index}"), leaves);
            }
        }
        _ => {
            leaves.insert(pointer, at);
        }
    }
}

/// An object in an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundObject {
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
    collect(value, (entity, false), 0, &mut found);
    found
}

fn collect(
    value: &Value,
    (entity, is_item): (Option<&str>, bool),
    depth: usize,
    found: &mut Vec<FoundObject>,
) {
    if depth > 6 || found.len() >= MAX_OBJECTS {
        return;
    }
    for item in value.as_array().into_iter().flatten() {
        collect(item, (entity, true), depth + 1, found);
    }
    let Value::Object(members) = value else {
        return;
    };
    found.extend(FoundObject::of(members, entity, is_item));
    for (name, member) in members {
        if member.is_object() || member.is_array() {
            let inner = match is_wrapper(name) {
                true => entity.map(str::to_owned),
                false => kind_of_member(name),
            };
            collect(member, (inner.as_deref(), false), depth + 1, found);
        }
    }
}

impl FoundObject {
    /// Reads the values of an object; `None` if it has none.
    fn of(members: &Map<String, Value>, entity: Option<&str>, is_item: bool) -> Option<Self> {
        let fields = scalar::fields(members);
        let addresses = link::addresses(members);
        (!fields.is_empty() || !addresses.is_empty()).then(|| Self {
            entity: entity.map(str::to_owned),
            fields,
            addresses,
            is_item,
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

const MAX_LEAVES: usize = 20_000;
const MAX_OBJECTS: usize = 2_000;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_found_in_wrappers_and_lists() {
        let value =
            json!({"data": {"orders": [{"id": 1, "user": {"id": 7}}, {"id": 2}]}, "total": 2});
        let found = objects(&value, Some("x"));
        let named: Vec<_> = found
            .iter()
            .map(|one| {
                (
                    one.entity.as_deref().unwrap_or(""),
                    one.fields.get("id").map(String::as_str),
                )
            })
            .collect();
        assert!(named.contains(&("order", Some("1"))), "{named:?}");
        assert!(named.contains(&("order", Some("2"))));
        assert!(named.contains(&("user", Some("7"))));
    }

    #[test]
    fn a_value_knows_the_smallest_object_around_it() {
        let value = json!({"rows": [{"owner": "bob", "tags": ["a"]}, {"owner": "alice"}]});
        let leaves = leaves(&value);
        let leaf = leaves["/rows/0/tags/0"];
        assert_eq!(leaf.around.unwrap()["owner"], "bob");
        assert_eq!(leaf.name, "tags");
    }
}
