//! The victim's object in an answer.

use serde_json::{Map, Value};

use crate::{
    exchange::Answer,
    identity::Identity,
    tree::{leaves, text_of},
    value::says_who_sees,
    verdict::is_object,
    word::{folded, is_password},
    world::Object,
};

/// An object of the victim in an answer.
pub(super) struct Hit {
    /// The pointer to its canary.
    pub(super) pointer: String,
    /// True if its row says that everybody may see it.
    pub(super) is_public: bool,
}

/// Finds a canary of an object in a row that names the object or the victim. A search that repeats what it was
/// asked for shows nothing.
pub(super) fn hit(
    answer: &Answer,
    object: &Object,
    (victim, attacker): (&Identity, &Identity),
) -> Option<Hit> {
    let leaves = leaves(answer.json.as_ref().filter(|_| answer.is_accepted())?);
    let canaries = object.canaries.iter();
    let canaries: Vec<_> = canaries.filter(|one| !is_password(&one.name)).collect();
    leaves.iter().find_map(|(pointer, leaf)| {
        let text = text_of(leaf.value)?;
        let row = leaf.around?;
        let is_shown = canaries.iter().any(|one| text.contains(&one.text));
        let is_victims = is_shown && (is_object(row, object) || victim.is_carried_by(row));
        (is_victims && !attacker.is_carried_by(row)).then(|| Hit {
            pointer: pointer.clone(),
            is_public: says_public(row),
        })
    })
}

/// Returns true if a row says by a member that everybody may see it.
fn says_public(row: &Map<String, Value>) -> bool {
    row.iter().any(|(name, value)| match value {
        Value::String(text) => says_who_sees(name) && text.eq_ignore_ascii_case("public"),
        Value::Bool(true) => matches!(folded(name).as_str(), "public" | "ispublic"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::{
        identity::{Credential, NamedIdentity, Secret},
        value::Canary,
    };

    fn identity(name: &str) -> Identity {
        Identity::new(NamedIdentity {
            name: name.to_owned(),
            role: None,
            tenant: None,
            credential: Credential::Token(Secret::new("x")),
        })
    }

    fn pointer(json: Value) -> Option<String> {
        let note = Object {
            entity: "note".to_owned(),
            fields: BTreeMap::from([("id".to_owned(), "n-81".to_owned())]),
            canaries: vec![Canary {
                name: "text".to_owned(),
                text: "zqtext123456".to_owned(),
            }],
            ..Object::default()
        };
        let answer = Answer {
            status: 200,
            text: json.to_string(),
            json: Some(json),
            ..Answer::default()
        };
        let found = hit(&answer, &note, (&identity("alice"), &identity("bob")));
        found.map(|one| one.pointer)
    }

    #[test]
    fn a_row_of_the_victims_object_is_a_hit_and_an_echo_is_none() {
        for (json, expected) in [
            (
                json!({"hits": [{"note_id": "n-81", "snippet": "zqtext123456"}]}),
                Some("/hits/0/snippet"),
            ),
            (
                json!([{"by": "alice", "text": "a zqtext123456"}]),
                Some("/0/text"),
            ),
            // the controls: the question, the attacker's own, and another object
            (json!({"query": "zqtext123456", "hits": []}), None),
            (
                json!([{"id": "n-81", "owner": "bob", "text": "zqtext123456"}]),
                None,
            ),
            (json!([{"id": "n-82", "text": "zqother12345"}]), None),
        ] {
            assert_eq!(pointer(json.clone()).as_deref(), expected, "{json}");
        }
    }
}
