//! Owners in answers.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    check::Hole,
    exchange::Recorded,
    identity::is_person,
    session::Session,
    tree::{Leaf, leaves, text_of},
    word::folded,
};

/// Finds the list whose rows name their owner: the pointers to the list and to the name, and the claim.
pub(super) fn owner_of_items(
    json: &Value,
    claims: &[(String, String)],
) -> Option<(String, String, String)> {
    leaves(json).iter().find_map(|(pointer, leaf)| {
        let claim = claim_in(pointer, leaf, claims)?;
        let parts: Vec<_> = pointer.split('/').collect();
        let at = parts
            .iter()
            .position(|part| part.parse::<usize>().is_ok())?;
        let (items, field) = (parts.get(..at)?, parts.get(at + 1..)?);
        let is_field = !field.is_empty() && !is_own_id(pointer, leaf.name);
        is_field.then(|| {
            (
                items.join("/"),
                format!("/{}", field.join("/")),
                claim.to_owned(),
            )
        })
    })
}

/// Finds the owner in an answer of an operation to the victim.
pub(super) fn in_answers(
    session: &Session,
    hole: &Hole,
    operation: usize,
    claims: &[(String, String)],
) -> Option<(String, String)> {
    answers(session, hole, operation)
        .iter()
        .find_map(|one| owner_in(one.answer.json.as_ref()?, claims))
}

/// Returns the exchanges of a finding in which an operation answered.
pub(super) fn answers(session: &Session, hole: &Hole, operation: usize) -> Vec<Recorded> {
    let numbers: BTreeSet<u64> = hole.attempt.exchanges.iter().copied().collect();
    let exchanges = numbers
        .iter()
        .filter_map(|number| session.probe.exchange(*number));
    let answers =
        exchanges.filter(|one| one.request.operation == operation && one.answer.is_accepted());
    answers.collect()
}

/// Finds a member that names the owner: its JSON pointer and the claim.
pub(super) fn owner_in(json: &Value, claims: &[(String, String)]) -> Option<(String, String)> {
    let leaves = leaves(json);
    leaves.iter().find_map(|(pointer, leaf)| {
        let claim = claim_in(pointer, leaf, claims)?;
        let is_list = pointer.split('/').any(|part| part.parse::<usize>().is_ok());
        (!is_list && !is_own_id(pointer, leaf.name)).then(|| (pointer.clone(), claim.to_owned()))
    })
}

/// Returns the claim whose value a member has. A number is equal to another by chance: it counts where the member
/// names a person.
fn claim_in<'a>(pointer: &str, leaf: &Leaf<'_>, claims: &'a [(String, String)]) -> Option<&'a str> {
    let text = text_of(leaf.value)?;
    let (claim, _) = claims.iter().find(|(_, value)| *value == text)?;
    let around = pointer.rsplit('/').nth(1).unwrap_or_default();
    let is_named = is_person(leaf.name) || folded(leaf.name) == "id" && is_person(around);
    let is_number = text.bytes().all(|sign| sign.is_ascii_digit());
    (is_named || !is_number).then_some(claim.as_str())
}

/// Returns true for the identifier of an object itself; that of a person in it is its owner's.
fn is_own_id(pointer: &str, name: &str) -> bool {
    let around = pointer.rsplit('/').nth(1).unwrap_or_default();
    folded(name) == "id" && !is_person(around)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_owner_is_found_where_a_claim_is() {
        let claims = [("sub".to_owned(), "alice".to_owned())];
        let found = owner_in(&json!({"data": {"id": "alice", "owner": "alice"}}), &claims);
        assert_eq!(found, Some(("/data/owner".to_owned(), "sub".to_owned())));
        assert_eq!(owner_in(&json!([{"owner": "alice"}]), &claims), None);
        let nested = json!({"data": {"id": 5, "owner": {"id": "alice"}}});
        let found = owner_in(&nested, &claims);
        assert_eq!(found, Some(("/data/owner/id".to_owned(), "sub".to_owned())));
        let numbers = [("sub".to_owned(), "1".to_owned())];
        let paged = json!({"page": 1, "user_id": 1});
        let found = owner_in(&paged, &numbers);
        assert_eq!(found, Some(("/user_id".to_owned(), "sub".to_owned())));
        assert_eq!(owner_in(&json!({"page": 1}), &numbers), None);
        let text = |text: &str| text.to_owned();
        assert_eq!(
            owner_of_items(&json!({"items": [{"owner": "alice"}]}), &claims),
            Some((text("/items"), text("/owner"), text("sub")))
        );
        assert_eq!(
            owner_of_items(&json!([{"by": {"owner": "alice"}}]), &claims),
            Some((String::new(), text("/by/owner"), text("sub")))
        );
        assert_eq!(owner_of_items(&json!({"owner": "alice"}), &claims), None);
    }
}
