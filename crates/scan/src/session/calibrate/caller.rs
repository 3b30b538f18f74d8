//! Facts about the callers.

use std::collections::BTreeMap;

use crate::{
    exchange::{IdentityIndex, Recorded},
    session::Session,
    tree::{FoundObject, objects},
    word::{is_password, words},
};

impl Session {
    /// Learns the facts about callers from what shows each of them another single object.
    pub(super) fn learn_callers(
        &self,
        answers: &BTreeMap<usize, BTreeMap<Option<IdentityIndex>, Recorded>>,
    ) {
        for (operation, answers) in answers {
            let Some(operation) = self.operation(*operation) else {
                continue;
            };
            let segments: Vec<_> = operation.path.split('/').collect();
            let is_me = segments.iter().rev().take(2).any(|one| {
                let words = words(one);
                words.iter().any(|word| {
                    matches!(
                        word.as_str(),
                        "me" | "self"
                            | "profile"
                            | "whoami"
                            | "current"
                            | "userinfo"
                            | "myself"
                            | "dashboard"
                    )
                }) || words.len() == 1
                    && matches!(words.first().map(String::as_str), Some("account" | "user"))
            });
            if !is_me {
                continue;
            }
            for (caller, exchange) in answers {
                let (Some(caller), Some(json), true) =
                    (caller, &exchange.answer.json, exchange.answer.is_accepted())
                else {
                    continue;
                };
                let Some(identity) = self.identity(*caller) else {
                    continue;
                };
                let others = answers.iter().filter(|(other, _)| *other != &Some(*caller));
                let is_own = others.clone().count() == 0
                    || others
                        .into_iter()
                        .all(|(_, other)| other.answer.json.as_ref() != Some(json));
                let found = objects(json, Some("user"));
                let own = found.iter().find(|one| !one.is_item && is_account(one));
                for (name, value) in own.filter(|_| is_own).iter().flat_map(|one| &one.fields) {
                    if !is_password(name) {
                        identity.learn(name, value);
                    }
                }
            }
        }
    }
}

/// Returns true if an object looks like an account.
fn is_account(one: &FoundObject) -> bool {
    one.fields.keys().any(|name| {
        matches!(
            name.as_str(),
            "username" | "email" | "sub" | "userid" | "login" | "id" | "name" | "uid" | "uuid"
        )
    })
}
