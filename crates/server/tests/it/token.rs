//! The token endpoint (RFC 6749 §3.2).

mod account;
mod code;
mod hostile;
pub mod kind;
mod refresh;
mod request;
mod scope;

use airside_jose::base64url;
use serde_json::{Value, json};

/// The claims of a JWT, not verified.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a JWT.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, index: usize) -> Value {
    let encoded = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&base64url::decode(encoded).unwrap()).unwrap()
}

/// The metadata of a public client; `more` replaces and adds members.
pub fn public_client(client_id: &str, more: Value) -> Value {
    let mut metadata = json!({
        "client_id": client_id, "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://app.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile email offline_access accounts:read accounts:write orders:read",
    });
    let members = metadata.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    metadata
}
