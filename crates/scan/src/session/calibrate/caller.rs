//! Facts about the callers.

use serde_json::Value;

use super::Answers;
use crate::{
    document::Operation,
    identity::Identity,
    session::Session,
    tree::{FoundObject, objects},
    word::{is_password, words},
};

impl Session {
    /// Learns the facts about callers from what shows each of them another single object.
    pub(super) fn learn_callers(&self, answers: &Answers) {
        for (operation, answers) in answers {
            if !self.operation(*operation).is_some_and(shows_caller) {
                continue;
            }
            for (caller, exchange) in answers {
                let identity = caller.and_then(|index| self.identity(index));
                let Some(identity) = identity.filter(|_| exchange.answer.is_accepted()) else {
                    continue;
                };
                let json = exchange.answer.json.as_ref();
                let mut others = answers.iter().filter(|(other, _)| *other != caller);
                if others.all(|(_, other)| other.answer.json.as_ref() != json) {
                    learn_account(&identity, json);
                }
            }
        }
    }
}

/// Returns true if an operation shows callers themselves, by the end of its path.
fn shows_caller(operation: &Operation) -> bool {
    let segments: Vec<_> = operation.path.split('/').collect();
    segments.iter().rev().take(2).any(|one| {
        let words = words(one);
        let is_alone = words.len() == 1;
        words.iter().any(|word| {
            let word = word.as_str();
            SELF.contains(&word) || is_alone && matches!(word, "account" | "user")
        })
    })
}

/// Learns the facts in an answer that shows a caller itself.
fn learn_account(identity: &Identity, json: Option<&Value>) {
    let found = json.map(|json| objects(json, Some("user")));
    let mut found = found.iter().flatten();
    let own = found.find(|one| !one.is_item && is_account(one));
    for (name, value) in own.iter().flat_map(|one| &one.fields) {
        if !is_password(name) {
            identity.learn(name, value);
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

/// Words of paths that show the caller.
const SELF: [&str; 8] = [
    "me",
    "self",
    "profile",
    "whoami",
    "current",
    "userinfo",
    "myself",
    "dashboard",
];
