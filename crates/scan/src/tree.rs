//! JSON values as the objects and the values in them.
//!
//! | module | holds |
//! |---|---|
//! | `leaf` | the values |
//! | `link` | the address that an object says of itself |
//! | `object` | the objects |
//! | `scalar` | the values of an object by their names |

mod leaf;
mod link;
mod object;
mod scalar;

pub use leaf::{Leaf, leaves};
pub use object::{FoundObject, addressed_objects, is_wrapper, objects};
pub use scalar::text_of;

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
