//! The claims of an account that an API finds in its access tokens.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::user::User;

/// The names of the claims that the access tokens for one API contain, beside those of RFC 9068.
///
/// They are claims of the account, and `preferred_username`, which is the username unless the account
/// has a claim of that name. A machine has no account, and its tokens have none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleasedClaims(Arc<[String]>);

/// A name that cannot be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReleasedClaimError {
    /// The issuer itself says something by it.
    #[error("is a claim of the token itself")]
    Reserved,
    /// It is empty, longer than 64 bytes, or has other characters than visible ASCII.
    #[error("is not a name of a claim: visible ASCII, 64 bytes at most")]
    Malformed,
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
    /// [`ReleasedClaimError`] if no token may have such a claim of an account.
    pub fn check_name(name: &str) -> Result<(), ReleasedClaimError> {
        let visible = name.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || name.is_empty() || name.len() > MAX_NAME_BYTES {
            return Err(ReleasedClaimError::Malformed);
        }
        match RESERVED.contains(&name) {
            true => Err(ReleasedClaimError::Reserved),
            false => Ok(()),
        }
    }

    /// Returns the claims of an account, in the order of the names, as far as they fit into 3 KiB of
    /// JSON: a token must fit into a header.
    pub(crate) fn of(&self, user: &User) -> Map<String, Value> {
        let mut released = Map::new();
        let mut room = MAX_BYTES;
        for name in self.0.iter() {
            let value = match user.claims.get(name) {
                Some(value) => value.clone(),
                None if name == "preferred_username" => user.username.as_str().into(),
                None => continue,
            };
            let size = name.len() + value.to_string().len() + PUNCTUATION_BYTES;
            if let Some(rest) = room.checked_sub(size) {
                room = rest;
                released.insert(name.clone(), value);
            }
        }
        released
    }
}

/// Of an access token (RFC 9068 §2.2, RFC 7800, RFC 8693), of an ID token (OIDC Core §2), by which one
/// could be taken for the other, and by which other issuers' tokens say who is a machine.
const RESERVED: [&str; 35] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "typ",
    "client_id",
    "azp",
    "cid",
    "appid",
    "scope",
    "scp",
    "roles",
    "auth_time",
    "acr",
    "amr",
    "sid",
    "grant_id",
    "status",
    "cnf",
    "act",
    "may_act",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "token_use",
    "gty",
    "idtyp",
    "events",
    "authorization_details",
    "entitlements",
    "active",
];
const MAX_NAME_BYTES: usize = 64;
/// Of all claims together: a third of what most servers take in a line of a header.
const MAX_BYTES: usize = 3 * 1024;
/// Quotes, a colon and a comma.
const PUNCTUATION_BYTES: usize = 4;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture;

    fn released(names: &[&str], claims: &Value) -> Value {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let mut user = fixture::user();
        user.claims = claims.as_object().unwrap().clone();
        ReleasedClaims::new(names).of(&user).into()
    }

    #[test]
    fn an_account_gives_the_named_claims_and_no_other() {
        let claims = json!({ "tenant": "acme", "email": "a@acme.example", "secret": 1 });
        let names = ["tenant", "preferred_username", "phone"];
        let expected = json!({ "tenant": "acme", "preferred_username": "alice" });
        assert_eq!(released(&names, &claims), expected);
        let own = json!({ "preferred_username": "Alice A." });
        assert_eq!(released(&["preferred_username"], &own), own);
        assert_eq!(released(&[], &claims), json!({}));
    }

    #[test]
    fn what_does_not_fit_into_a_header_is_left_out() {
        let claims = json!({ "a": "x".repeat(2_000), "b": "y".repeat(2_000), "c": "z" });
        let all = released(&["a", "b", "c"], &claims);
        let names: Vec<_> = all.as_object().unwrap().keys().collect();
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn nothing_that_the_issuer_says_itself_can_be_released() {
        for name in ["sub", "roles", "scope", "client_id", "exp", "cnf", "nonce"] {
            let refused = ReleasedClaims::check_name(name);
            assert_eq!(refused, Err(ReleasedClaimError::Reserved), "{name}");
        }
        for name in ["", "a b", "é", &"x".repeat(65)] {
            let refused = ReleasedClaims::check_name(name);
            assert_eq!(refused, Err(ReleasedClaimError::Malformed), "{name}");
        }
        for name in [
            "email",
            "preferred_username",
            "tenant",
            "https://a.example/tenant",
        ] {
            assert_eq!(ReleasedClaims::check_name(name), Ok(()), "{name}");
        }
    }
}
