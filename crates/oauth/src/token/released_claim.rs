//! The claims of an account that an API finds in its access tokens.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value};

use crate::state::{
    claim::{self, ClaimNameError},
    user::{User, Username},
};

/// The names of the claims that the access tokens for one API contain, beside those of RFC 9068.
///
/// They are claims of the account, and `preferred_username`, which is the username unless the account
/// has a claim of that name. A machine has no account, and its tokens have none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleasedClaims(Arc<[String]>);

/// The claims of an account that one API is released are too large for an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("take {bytes} bytes in an access token, where {MAX_BYTES} is the limit")]
pub struct ReleasedTooLarge {
    bytes: usize,
}

impl ReleasedClaims {
    /// Makes a list of names, each of which has passed [`check_name`](Self::check_name).
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self(names.into())
    }

    /// Checks a name.
    ///
    /// # Errors
    ///
    /// [`ClaimNameError`] if no token may have such a claim of an account.
    pub fn check_name(name: &str) -> Result<(), ClaimNameError> {
        claim::check_name(name)
    }

    /// Returns the names, in the order of the configuration.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Returns those that `allowed` names, in the same order.
    #[must_use]
    pub(crate) fn among(&self, allowed: &BTreeSet<String>) -> Self {
        match self.0.iter().all(|name| allowed.contains(name)) {
            true => self.clone(),
            false => {
                let kept = self.0.iter().filter(|name| allowed.contains(*name));
                Self(kept.cloned().collect())
            }
        }
    }

    /// Checks that the claims of an account fit into a token: 2 KiB of JSON.
    ///
    /// # Errors
    ///
    /// [`ReleasedTooLarge`] if they do not. No token is issued then: one that lacks a claim would say
    /// something else of the person.
    pub fn check_size(
        &self,
        username: &Username,
        claims: &Map<String, Value>,
    ) -> Result<(), ReleasedTooLarge> {
        check_size(&self.select(username, claims))
    }

    /// Returns the claims of an account for a token.
    pub(crate) fn of(&self, user: &User) -> Result<Map<String, Value>, ReleasedTooLarge> {
        let released = self.select(&user.username, &user.claims);
        check_size(&released)?;
        Ok(released)
    }

    /// Returns the bytes of JSON that an account's claims take.
    pub(crate) fn size_of(&self, user: &User) -> usize {
        size(&self.select(&user.username, &user.claims))
    }

    /// Tells whether an account has other claims for this API after a change.
    pub(crate) fn differ(&self, old: &User, new: &User) -> bool {
        self.select(&old.username, &old.claims) != self.select(&new.username, &new.claims)
    }

    fn select(&self, username: &Username, claims: &Map<String, Value>) -> Map<String, Value> {
        let value = |name: &str| match claims.get(name) {
            None if name == "preferred_username" => Some(username.as_str().into()),
            value => value.cloned(),
        };
        let found = self.0.iter();
        found
            .filter_map(|name| Some((name.clone(), value(name)?)))
            .collect()
    }
}

fn check_size(released: &Map<String, Value>) -> Result<(), ReleasedTooLarge> {
    let bytes = size(released);
    match bytes <= MAX_BYTES {
        true => Ok(()),
        false => Err(ReleasedTooLarge { bytes }),
    }
}

fn size(released: &Map<String, Value>) -> usize {
    serde_json::to_vec(released).map_or(usize::MAX, |json| json.len())
}

/// Of all claims together: a quarter of what most servers take in a line of a header.
const MAX_BYTES: usize = 2 * 1024;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture;

    fn released(names: &[&str], claims: &Value) -> Result<Value, ReleasedTooLarge> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let mut user = fixture::user();
        user.claims = claims.as_object().unwrap().clone();
        ReleasedClaims::new(names).of(&user).map(Value::from)
    }

    #[test]
    fn an_account_gives_the_named_claims_and_no_other() {
        let claims = json!({ "tenant": "acme", "email": "a@acme.example", "secret": 1 });
        let names = ["tenant", "preferred_username", "phone"];
        let expected = json!({ "tenant": "acme", "preferred_username": "alice" });
        assert_eq!(released(&names, &claims), Ok(expected));
        let own = json!({ "preferred_username": "Alice A." });
        assert_eq!(released(&["preferred_username"], &own), Ok(own));
        assert_eq!(released(&[], &claims), Ok(json!({})));
    }

    #[test]
    fn what_does_not_fit_into_a_token_is_not_cut() {
        // {"a":"…"} has 8 bytes beside the text
        let claims = |bytes: usize| json!({ "a": "x".repeat(bytes), "b": "y".repeat(3_000) });
        let too_large = released(&["a"], &claims(2_041)).unwrap_err();
        let expected = "take 2049 bytes in an access token, where 2048 is the limit";
        assert_eq!(too_large.to_string(), expected);
        assert!(released(&["a"], &claims(2_040)).is_ok());
    }
}
