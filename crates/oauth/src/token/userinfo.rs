//! `/userinfo` (OIDC Core §5.3): the claims that a token's scopes release.

use airside_jose::VerifiedToken;
use serde_json::{Map, Value};

use crate::state::user::User;

/// The claims about `user` that `token` may see (OIDC Core §5.4).
pub fn claims(token: &VerifiedToken, user: &User) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("sub".to_owned(), user.id.to_string().into());
    let released = [
        ("profile", PROFILE.as_slice()),
        ("email", EMAIL.as_slice()),
        ("address", ADDRESS.as_slice()),
        ("phone", PHONE.as_slice()),
    ];
    for (_, names) in released.iter().filter(|(scope, _)| token.has_scope(scope)) {
        for name in *names {
            if let Some(value) = user.claims.get(*name) {
                out.insert((*name).to_owned(), value.clone());
            }
        }
    }
    if token.has_scope("profile") {
        let name = Value::from(user.username.as_str());
        out.entry("preferred_username").or_insert(name);
    }
    out
}

const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

const EMAIL: [&str; 2] = ["email", "email_verified"];
const ADDRESS: [&str; 1] = ["address"];
const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];
