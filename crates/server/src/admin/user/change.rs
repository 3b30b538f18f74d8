//! New accounts and changes of accounts, as they are sent.

use std::collections::BTreeSet;

use airside_oauth::state::{
    account, claim,
    role::Role,
    user::{User, Username},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::admin::AdminError;
use crate::issuer::{Issuer, new_account};

/// A new account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewUser")]
pub(in crate::admin) struct New {
    /// The name to sign in with; upper and lower case are one.
    #[schemars(length(min = 1, max = 128))]
    pub(super) username: String,
    /// Lets the name mix scripts, or look like another one.
    #[serde(default)]
    pub(super) force: bool,
    /// The password; without one, the account cannot sign in yet.
    pub(super) password: Option<String>,
    /// The roles that APIs may base function-level decisions on.
    #[serde(default)]
    roles: Vec<Role>,
    /// True if the person administers this issuer.
    #[serde(default)]
    administrator: bool,
    /// The claims of the person.
    #[serde(default)]
    claims: Map<String, Value>,
}

/// The changes of an account; absent members stay.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "UserChange")]
pub(in crate::admin) struct Edit {
    /// All roles from now on.
    roles: Option<Vec<Role>>,
    /// True if the person administers this issuer.
    administrator: Option<bool>,
    /// All claims from now on.
    claims: Option<Map<String, Value>>,
    /// The claims that change, beside which the others stay.
    set_claims: Option<Map<String, Value>>,
    /// The names of claims that go.
    remove_claims: Option<Vec<String>>,
    /// True if the account may not be used.
    disabled: Option<bool>,
    /// Another name to sign in with.
    #[schemars(length(min = 1, max = 128))]
    pub(super) username: Option<String>,
    /// Lets the name mix scripts or look like another one, and the last administrator go.
    pub(super) force: Option<bool>,
}

impl New {
    /// Returns the new account, with the name `username`.
    pub(super) fn into_user(self, issuer: &Issuer, username: Username) -> User {
        User {
            roles: distinct(self.roles),
            administrator: self.administrator,
            claims: self.claims,
            ..new_account(username, issuer.now(), &issuer.draw())
        }
    }
}

/// Returns each role once, in the order in which they are named.
fn distinct(roles: Vec<Role>) -> Vec<Role> {
    let mut seen = BTreeSet::new();
    let once = roles.into_iter();
    once.filter(|role| seen.insert(role.clone())).collect()
}

impl Edit {
    /// Returns the account `old` after the change, with the name `username`.
    pub(super) fn applied_to(mut self, old: &User, username: Username) -> Result<User, AdminError> {
        Ok(User {
            username,
            claims: self.claims(old)?,
            roles: self.roles.map_or_else(|| old.roles.clone(), distinct),
            administrator: self.administrator.unwrap_or(old.administrator),
            disabled: self.disabled.unwrap_or(old.disabled),
            ..old.clone()
        })
    }

    /// Returns the claims of the account after the change.
    fn claims(&mut self, old: &User) -> Result<Map<String, Value>, AdminError> {
        let set = self.set_claims.take();
        let remove = self.remove_claims.take();
        if self.claims.is_some() && (set.is_some() || remove.is_some()) {
            let both = "`claims` is the whole of them: leave out `set_claims` and `remove_claims`";
            return Err(AdminError::invalid(both));
        }
        let (set, remove) = (set.unwrap_or_default(), remove.unwrap_or_default());
        if let Some(name) = remove.iter().find(|name| set.contains_key(*name)) {
            let both = format!("the claim `{name}` cannot be set and removed at once");
            return Err(AdminError::invalid(both));
        }
        let mut claims = self.claims.take().unwrap_or_else(|| old.claims.clone());
        claims.retain(|name, _| !remove.contains(name));
        claims.extend(set);
        Ok(claims)
    }
}

/// Checks the claims that an account gets: each by its name, and that tokens have room for them.
pub(super) fn acceptable_claims(
    issuer: &Issuer,
    old: Option<&User>,
    new: &User,
) -> Result<(), AdminError> {
    let none = Map::new();
    let known = old.map_or(&none, |old| &old.claims);
    claim::check_all(&new.claims, known).map_err(|error| AdminError::invalid(error.to_string()))?;
    account::check_released(&issuer.profile(), old, new)
        .map_err(|error| AdminError::invalid(error.to_string()))
}
