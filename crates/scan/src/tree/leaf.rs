//! The values in JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

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
                let pointer = below(&pointer, name);
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

/// Returns the JSON pointer to a member.
pub(super) fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

const MAX_LEAVES: usize = 20_000;
