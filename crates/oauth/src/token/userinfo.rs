//! `/userinfo` (OIDC Core §5.3): the claims that a token's scopes release.

use airside_jose::VerifiedToken;
use serde_json::{Map, Value};

use crate::{profile::IssuerProfile, state::user::User};

/// Returns the claims about `user` that `token` releases (OIDC Core §5.4).
pub fn claims(token: &VerifiedToken, user: &User, profile: &IssuerProfile) -> Map<String, Value> {
    let has_scope = |name: &str| token.has_scope(name) && profile.is_identity_scope(name);
    let mut out = profile.scopes.released(has_scope, user);
    out.insert("sub".to_owned(), user.id.to_string().into());
    out
}
