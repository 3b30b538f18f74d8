//! New accounts.

use airside_oauth::{
    id::UserId,
    key::entropy::Entropy,
    state::user::{User, Username},
    time::Time,
};
use serde_json::Map;

/// Returns a new account without roles, rights and claims.
pub(crate) fn new_account(username: Username, now: Time, draw: &Entropy) -> User {
    User {
        id: UserId::new(now, draw),
        username,
        roles: Vec::new(),
        administrator: false,
        claims: Map::new(),
        epoch: 0,
        disabled: false,
        created_at: now,
        rights_reduced_at: None,
    }
}
