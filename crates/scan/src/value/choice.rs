//! The value of a member that takes only some values.

use airside_api::document::Schema;
use serde_json::Value;

use super::tactic::Tactic;
use crate::word::words;

/// Returns one of the only valid values: the first, or the last. Of those that say who sees an object, a new
/// object gets one that keeps it private, without which nothing of it could be proven.
pub(super) fn chosen<'a>(schema: &'a Schema, name: &str, tactic: &Tactic) -> Option<&'a Value> {
    let mut values = schema.values.iter().filter(|value| !value.is_null());
    if tactic.takes_last {
        return values.next_back();
    }
    match says_who_sees(name) {
        true => private(schema).or_else(|| values.next()),
        false => values.next(),
    }
}

/// Returns the value that keeps an object private, else the one that objects have by themselves.
fn private(schema: &Schema) -> Option<&Value> {
    let is = |value: &&Value, word: &str| {
        let text = value.as_str();
        text.is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    let mut words = PRIVATE.iter();
    let found = words.find_map(|word| schema.values.iter().find(|value| is(value, word)));
    let default = schema.default.as_ref();
    found.or(default.filter(|one| schema.values.contains(one)))
}

/// Returns true for the name of a member that says who sees an object.
pub fn says_who_sees(name: &str) -> bool {
    let words = words(name);
    words
        .last()
        .is_some_and(|last| AUDIENCES.contains(&last.as_str()))
}

/// Values that keep an object private, the strictest first.
const PRIVATE: [&str; 4] = ["private", "restricted", "internal", "draft"];

/// Last words of names that say who sees an object.
const AUDIENCES: [&str; 4] = ["visibility", "access", "privacy", "audience"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn first(name: &str, values: &[&str], default: Option<&str>) -> Value {
        let schema = Schema {
            values: values.iter().map(|one| json!(one)).collect(),
            default: default.map(|one| json!(one)),
            ..Schema::default()
        };
        chosen(&schema, name, &Tactic::default()).unwrap().clone()
    }

    #[test]
    fn a_new_object_is_private_where_it_can_be() {
        let all = ["public", "unlisted", "private"];
        assert_eq!(first("visibility", &all, Some("public")), "private");
        assert_eq!(
            first("default_access", &["all", "Internal"], None),
            "Internal"
        );
        assert_eq!(first("audience", &["all", "team"], Some("team")), "team");
        assert_eq!(first("privacy", &["open", "closed"], None), "open");
        // the control: another name
        assert_eq!(first("color", &["red", "private"], Some("private")), "red");
    }
}
