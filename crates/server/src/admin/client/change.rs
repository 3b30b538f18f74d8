//! Changes of a client: members that are set, and members that get their default.

use airside_oauth::client::{Client, client_metadata::ClientMetadata};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::admin::AdminError;

/// A change of a client: the members that change, and those that get their default.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::admin) struct ClientChange {
    /// The members that are taken away, so that each has its default.
    #[serde(default)]
    remove: Vec<String>,
    #[serde(flatten)]
    #[schemars(with = "ClientMetadata")]
    metadata: Map<String, Value>,
}

impl ClientChange {
    /// Returns the metadata of `old` after the change.
    pub(super) fn applied_to(&self, old: &Client) -> Result<ClientMetadata, AdminError> {
        if let Some(name) = self.remove.iter().find(|name| self.sets(name)) {
            let both = format!("`{name}` cannot be set and removed at once");
            return Err(AdminError::invalid(both));
        }
        let mut metadata = members(&ClientMetadata::from(old))?;
        let known = members(&ClientMetadata::default())?;
        for name in &self.remove {
            let is_known = known.contains_key(name) || OPTIONAL.contains(&name.as_str());
            if metadata.remove(name).is_none() && !is_known {
                let unknown = format!("`remove` names `{name}`, which is not a member of a client");
                return Err(AdminError::invalid(unknown));
            }
        }
        metadata.extend(self.metadata.clone());
        serde_json::from_value(metadata.into()).map_err(|error| invalid(&error))
    }

    fn sets(&self, name: &str) -> bool {
        self.metadata.contains_key(name)
    }
}

fn members(metadata: &ClientMetadata) -> Result<Map<String, Value>, AdminError> {
    match serde_json::to_value(metadata).map_err(|error| invalid(&error))? {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

fn invalid(error: &serde_json::Error) -> AdminError {
    AdminError::invalid(error.to_string())
}

/// The members of the metadata that can be absent.
const OPTIONAL: [&str; 18] = [
    "authorization_response_iss",
    "backchannel_logout_session_required",
    "backchannel_logout_uri",
    "client_id",
    "client_name",
    "default_max_age",
    "grant_types",
    "id_token_claims",
    "initiate_login_uri",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "refresh_token_rotation",
    "require_auth_time",
    "token_endpoint_auth_method",
    "tos_uri",
    "userinfo_signed_response_alg",
];
