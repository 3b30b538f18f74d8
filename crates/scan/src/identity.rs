//! The callers of a scan.
//!
//! | module | holds |
//! |---|---|
//! | `claims` | what a token says about its bearer |
//! | `recipe` | the file that says how to sign in, and the accounts |
//! | `secret` | texts that no output shows |
//! | `source` | tokens that are made when they are needed |

pub mod claims;
pub mod recipe;
mod secret;
mod source;

use std::collections::BTreeSet;

use parking_lot::RwLock;
use serde_json::{Map, Value};

use crate::{
    tree::text_of,
    word::{folded, words},
};

pub use recipe::{Account, Recipe};
pub use secret::Secret;
pub use source::TokenSource;

/// A caller, as the operator names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedIdentity {
    /// Its name in reports.
    pub name: String,
    /// Its role, if it is named.
    pub role: Option<String>,
    /// Its tenant, if it is named.
    pub tenant: Option<String>,
    /// Its credential.
    pub credential: Credential,
}

/// The credential of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A token, which cannot be renewed.
    Token(Secret),
    /// An account, by which a recipe gets tokens.
    Account(Account),
    /// A source of tokens.
    Source(TokenSource),
}

/// A caller during a scan.
#[derive(Debug)]
pub struct Identity {
    /// Its name in reports.
    pub name: String,
    /// Its role.
    pub role: Option<String>,
    /// Its tenant.
    pub tenant: Option<String>,
    /// True if the scan made its account.
    pub is_throwaway: bool,
    /// Its account, if tokens can be renewed by it.
    pub account: RwLock<Option<Account>>,
    /// The source of its tokens, if they do not come from an account.
    pub source: Option<TokenSource>,
    /// Its token.
    pub token: RwLock<Option<Secret>>,
    /// Values by which its objects name it: name, number, address.
    pub carriers: RwLock<BTreeSet<String>>,
    /// Facts about its account by their names, as words joined: `id`, `username`.
    pub facts: RwLock<Vec<(String, String)>>,
    /// True if it has rights of an administrator, as far as is known.
    pub is_privileged: RwLock<bool>,
    /// The reason why it cannot be used, if there is one.
    pub lost: RwLock<Option<String>>,
}

impl Identity {
    /// Makes a caller.
    #[must_use]
    pub fn new(named: NamedIdentity) -> Self {
        let (token, account, source) = match named.credential {
            Credential::Token(token) => (Some(token), None, None),
            Credential::Account(account) => (None, Some(account), None),
            Credential::Source(source) => (None, None, Some(source)),
        };
        let is_privileged = named.role.as_deref().is_some_and(is_privileged_role);
        let one = Self {
            name: named.name,
            role: named.role,
            tenant: named.tenant,
            is_throwaway: false,
            account: RwLock::new(account),
            source,
            token: RwLock::new(None),
            carriers: RwLock::default(),
            facts: RwLock::default(),
            is_privileged: RwLock::new(is_privileged),
            lost: RwLock::new(None),
        };
        one.carriers.write().insert(one.name.clone());
        let username = one.account.read().as_ref().map(|one| one.username.clone());
        username
            .into_iter()
            .for_each(|name| one.learn("username", &name));
        token.into_iter().for_each(|token| one.set_token(token));
        one
    }

    /// Returns true if its tokens can be renewed.
    #[must_use]
    pub fn is_renewable(&self) -> bool {
        self.source.is_some() || self.account.read().is_some()
    }

    /// Takes a token, and what it says about its bearer.
    pub fn set_token(&self, token: Secret) {
        for (name, value) in claims::of(token.reveal()) {
            self.learn(&name, &value);
        }
        *self.token.write() = Some(token);
    }

    /// Takes a fact about its account.
    pub fn learn(&self, name: &str, value: &str) {
        let name = folded(name);
        if CARRIERS.contains(&name.as_str()) && !value.is_empty() {
            self.carriers.write().insert(value.to_owned());
        }
        let words = words(&name);
        let says_admin = words.iter().any(|word| word.contains("admin")) && value == "true";
        let has_role = (name.contains("role") || name == "group" || name == "groups")
            && is_privileged_role(value);
        if (says_admin || has_role) && self.role.is_none() {
            *self.is_privileged.write() = true;
        }
        let mut facts = self.facts.write();
        if !facts
            .iter()
            .any(|(own, text)| *own == name && text == value)
        {
            facts.push((name, value.to_owned()));
        }
    }

    /// Returns a fact by one of its names.
    #[must_use]
    pub fn fact(&self, names: &[&str]) -> Option<String> {
        let facts = self.facts.read();
        names.iter().find_map(|name| {
            let found = facts.iter().find(|(own, _)| own == name);
            found.map(|(_, value)| value.clone())
        })
    }

    /// Returns true if an object names this caller as its own.
    #[must_use]
    pub fn is_carried_by(&self, object: &Map<String, Value>) -> bool {
        let carriers = self.carriers.read();
        object.iter().any(|(name, value)| match value {
            Value::Object(inner) if is_person(name) => inner.iter().any(|(name, value)| {
                text_of(value).is_some_and(|text| is_carrier(name, &text, &carriers, true))
            }),
            value => text_of(value).is_some_and(|text| is_carrier(name, &text, &carriers, false)),
        })
    }
}

/// Returns true if a member holds a value that stands for a caller.
fn is_carrier(name: &str, text: &str, carriers: &BTreeSet<String>, is_inside: bool) -> bool {
    if !carriers.contains(text) {
        return false;
    }
    // a short number could be anything
    let is_distinct = text.len() >= 3 && text.chars().any(|sign| !sign.is_ascii_digit());
    is_distinct || is_person(name) || is_inside && folded(name) == "id"
}

/// Returns true if a member names a person.
pub(crate) fn is_person(name: &str) -> bool {
    let words = words(name);
    let first = words.first().map(String::as_str).unwrap_or_default();
    const PEOPLE: [&str; 26] = [
        "user",
        "owner",
        "author",
        "creator",
        "customer",
        "sub",
        "userid",
        "ownerid",
        "username",
        "member",
        "account",
        "uid",
        "sender",
        "seller",
        "host",
        "vendor",
        "merchant",
        "buyer",
        "guest",
        "patient",
        "student",
        "employee",
        "driver",
        "rider",
        "publisher",
        "holder",
    ];
    PEOPLE.contains(&first) || words.concat() == "createdby"
}

/// Returns true if a role is that of an administrator, by its name.
#[must_use]
pub fn is_privileged_role(role: &str) -> bool {
    let whole = folded(role);
    ["admin", "superuser", "root", "staff", "owner"]
        .iter()
        .any(|one| whole == *one || whole.contains("admin"))
}

/// Returns the rank of a role by its name: 0 is the least.
#[must_use]
pub fn rank(role: Option<&str>) -> usize {
    match role.map(folded).as_deref() {
        Some("guest" | "anonymous" | "viewer" | "readonly") => 0,
        None | Some("user" | "member" | "customer" | "basic") => 1,
        Some("editor" | "support" | "agent" | "moderator") => 3,
        Some("manager" | "operator" | "supervisor") => 4,
        Some(role) if is_privileged_role(role) => 5,
        Some(_) => 2,
    }
}

/// The names of facts whose values stand for a caller.
const CARRIERS: [&str; 15] = [
    "sub",
    "username",
    "email",
    "id",
    "userid",
    "uid",
    "preferredusername",
    "login",
    "uuid",
    "useruuid",
    "handle",
    "name",
    "user",
    "unique_name",
    "nickname",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn alice() -> Identity {
        Identity::new(NamedIdentity {
            name: "alice".to_owned(),
            role: None,
            tenant: None,
            credential: Credential::Token(Secret::new("t-o-k-e-n")),
        })
    }

    #[test]
    fn an_object_names_its_owner() {
        let alice = alice();
        alice.learn("id", "7");
        for (object, expected) in [
            (json!({"owner": "alice"}), true),
            (json!({"user_id": 7}), true),
            (json!({"user": {"id": 7}}), true),
            (json!({"count": 7}), false),
            (json!({"owner": "bob"}), false),
            (json!({"product": {"id": 7}}), false),
        ] {
            let found = alice.is_carried_by(object.as_object().unwrap());
            assert_eq!(found, expected, "{object}");
        }
    }

    #[test]
    fn no_output_shows_a_token() {
        assert!(!format!("{:?}", alice()).contains("t-o-k-e-n"));
    }

    #[test]
    fn an_administrator_is_known_by_facts_unless_a_role_is_named() {
        let one = alice();
        one.learn("is_admin", "true");
        assert!(*one.is_privileged.read());
        let other = alice();
        other.learn("role", "user");
        assert!(!*other.is_privileged.read());
    }
}
