//! The configurations of the issuer and the guard.

use serde_json::Value;

use super::{GUARD, PASSWORD, WEB};
use crate::browser_mode::OPERATIONS;

/// `origins` are those of the guards.
pub fn issuer([origin, other]: [&str; 2], key: &Value) -> String {
    let toml = |value: &Value| {
        let members = value.as_object().unwrap().iter();
        let members = members.map(|(name, value)| format!("{name} = {value}"));
        format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
    };
    format!(
        r#"
[[resource]]
identifier = "https://bank.example"
scopes = ["accounts:read"]

[[client]]
client_id = "bank-web"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "{GUARD}"
redirect_uris = ["{origin}/auth/callback", "{other}/auth/callback"]
post_logout_redirect_uris = ["{origin}/"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid profile offline_access accounts:read"
resource_server_for = ["https://bank.example"]

[[client]]
client_id = "web"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "{WEB}"
redirect_uris = ["https://web.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid offline_access accounts:read"
refresh_token_rotation = true

[[client]]
client_id = "robot"
token_endpoint_auth_method = "private_key_jwt"
grant_types = ["client_credentials"]
scope = "accounts:read"
jwks = {{ keys = [{}] }}

[[user]]
username = "alice"
password = "{PASSWORD}"
"#,
        toml(key)
    )
}

pub fn guard(address: &str, operations: &str, api: &str, issuer: &str) -> String {
    format!(
        "listen = \"{address}\"\noperations_listen = \"{operations}\"\nupstream = \"{api}\"\n\
         issuer = \"{issuer}\"\naudience = \"https://bank.example\"\n\
         [feed]\nclient_id = \"bank-web\"\nclient_secret = {{ env = \"SECRET\" }}\n\
         [browser]\norigin = \"http://{address}\"\nclient_id = \"bank-web\"\n\
         client_secret = {{ env = \"SECRET\" }}\nsessions_file = \"sessions.db\"\n\
         scope = \"openid profile offline_access accounts:read\"\n{OPERATIONS}"
    )
}
