//! Client metadata (RFC 7591 §2): what an operator writes about a client, before it is checked.

mod error;
mod rule;

pub use error::{MetadataError, MetadataErrorCode};

use std::time::Duration;

use airside_jose::JwkSet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::{AssertionAudience, AuthMethod, Client, ClientSettings, GrantType, RetryAlarm};

/// A client's registration as it is written in the configuration file and at the admin API.
///
/// Names and defaults are those of RFC 7591; those from `resources` to `authorization_response_iss` are
/// Airside's own. An unknown
/// member is an error. The secret is not part of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientMetadata {
    /// The public name; none until it is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The name shown to people; at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// The authentication method. Without it, a client with a secret may send it by `client_secret_basic`
    /// or by `client_secret_post`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// The addresses that authorization responses may go to; at most 50.
    pub redirect_uris: Vec<String>,
    /// The addresses that a sign-out may return to; at most 50.
    pub post_logout_redirect_uris: Vec<String>,
    /// The address that is sent a logout token when a session ends in which the client got an ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether its logout tokens must contain `sid`; `false` by default. They always do.
    #[serde(skip_serializing_if = "is_false")]
    pub backchannel_logout_session_required: bool,
    /// The grants it may use. Without it: `authorization_code` if there are redirect URIs, no grant
    /// for a client that is only the resource server of an API, else an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<GrantType>>,
    /// The scopes it may ask for, separated by single spaces; none by default. With `openid` it may ask
    /// for every scope that OpenID Connect defines.
    pub scope: String,
    /// Keys for `private_key_jwt`, by value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "jwk_set")]
    pub jwks: Option<JwkSet>,
    /// Keys for `private_key_jwt`, by address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The algorithm that signs its ID tokens; `RS256` by default.
    pub id_token_signed_response_alg: String,
    /// The APIs it may name as `resource` beside those of which it has a scope; at most 50. An API
    /// without scopes can only be named so.
    pub resources: Vec<String>,
    /// Skips consent.
    pub first_party: bool,
    /// Origins that may call from a browser, beside those of the redirect URIs.
    pub allowed_origins: Vec<String>,
    /// True if PKCE is required; `true` by default.
    pub require_pkce: bool,
    /// True if a refresh answers with a new refresh token; by default for public clients only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_rotation: Option<bool>,
    /// The consequence of six retried generations in a row; `report` by default.
    pub refresh_token_retry_alarm: RetryAlarm,
    /// The `aud` that its assertions may carry; `issuer` by default.
    pub assertion_audience: AssertionAudience,
    /// The APIs it serves.
    pub resource_server_for: Vec<String>,
    /// Whether its ID tokens contain the claims that the granted scopes release; `false` by default.
    #[serde(skip_serializing_if = "is_false")]
    pub id_token_claims: bool,
    /// Whether its authorization responses contain `iss` (RFC 9207); `true` by default.
    #[serde(skip_serializing_if = "is_true")]
    pub authorization_response_iss: bool,
    /// The maximal age of a sign-in in seconds, for requests without `max_age`; at most ten years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// Whether it relies on `auth_time` in its ID tokens, which all have it; `false` by default.
    #[serde(skip_serializing_if = "is_false")]
    pub require_auth_time: bool,
    /// The https address at which it starts a sign-in; error pages lead there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// The algorithm that signs what `/userinfo` answers; plain JSON without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// The https address of its privacy policy; the consent page links to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// The https address of its terms of service; the consent page links to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// The https address of its logo; the consent page shows it as text, and nothing loads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
const fn is_true(value: &bool) -> bool {
    *value
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl ClientMetadata {
    /// Returns the method that it authenticates with.
    pub fn auth_method(&self) -> AuthMethod {
        // RFC7591-2: if unspecified or omitted, the default is client_secret_basic
        self.token_endpoint_auth_method
            .unwrap_or(AuthMethod::ClientSecretBasic)
    }
}

impl Default for ClientMetadata {
    fn default() -> Self {
        Self::from(&ClientSettings::default())
    }
}

/// The settings of a client about which nothing else is said.
impl From<&ClientSettings> for ClientMetadata {
    fn from(settings: &ClientSettings) -> Self {
        let settings = settings.clone();
        let algorithm = settings.userinfo_signed_response_alg;
        Self {
            client_id: None,
            client_name: None,
            token_endpoint_auth_method: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: settings.backchannel_logout_session_required,
            grant_types: None,
            scope: String::new(),
            jwks: None,
            jwks_uri: None,
            // OIDC-Registration-2: the default is RS256
            id_token_signed_response_alg: "RS256".to_owned(),
            resources: settings.resources,
            first_party: settings.first_party,
            allowed_origins: settings.allowed_origins,
            require_pkce: settings.require_pkce,
            refresh_token_rotation: settings.refresh_token_rotation,
            refresh_token_retry_alarm: settings.refresh_token_retry_alarm,
            assertion_audience: settings.assertion_audience,
            resource_server_for: settings.resource_server_for,
            id_token_claims: settings.id_token_claims,
            authorization_response_iss: settings.authorization_response_iss,
            default_max_age: settings.default_max_age.map(seconds),
            require_auth_time: settings.require_auth_time,
            initiate_login_uri: settings.initiate_login_uri.map(String::from),
            userinfo_signed_response_alg: algorithm.map(|name| name.as_str().to_owned()),
            policy_uri: settings.pages.policy_uri.map(String::from),
            tos_uri: settings.pages.tos_uri.map(String::from),
            logo_uri: settings.pages.logo_uri.map(String::from),
        }
    }
}

/// A client's metadata, to be shown or edited.
impl From<&Client> for ClientMetadata {
    fn from(client: &Client) -> Self {
        let texts = |uris: &[_]| uris.iter().map(ToString::to_string).collect();
        let text = |url: Option<&Url>| url.map(ToString::to_string);
        Self {
            client_id: Some(client.client_id.to_string()),
            client_name: client.client_name.clone(),
            token_endpoint_auth_method: client.stated_auth_method(),
            redirect_uris: texts(&client.redirect_uris),
            post_logout_redirect_uris: texts(&client.post_logout_redirect_uris),
            backchannel_logout_uri: text(client.backchannel_logout_uri.as_ref()),
            grant_types: Some(client.grant_types.clone()),
            scope: client.scope.to_string(),
            jwks: client.jwks.clone(),
            jwks_uri: text(client.jwks_uri.as_ref()),
            id_token_signed_response_alg: client.id_token_signed_response_alg.as_str().to_owned(),
            ..Self::from(&client.settings)
        }
    }
}

fn seconds(age: Duration) -> u32 {
    u32::try_from(age.as_secs()).unwrap_or(u32::MAX)
}

/// RFC7517-5: an object whose `keys` are objects, each with `kty`.
fn jwk_set(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "required": ["keys"],
        "properties": {
            "keys": {
                "type": "array",
                "maxItems": 64,
                "items": {
                    "type": "object",
                    "required": ["kty"],
                    "properties": { "kty": { "type": "string" } },
                },
            },
        },
    })
}

#[cfg(test)]
mod tests;
