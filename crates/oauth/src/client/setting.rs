//! The settings of a client that have a default.

use std::time::Duration;

use airside_jose::Algorithm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// The settings that have a default: of OpenID Connect, and Airside's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// The APIs it may name beside those of which it has a scope.
    pub resources: Vec<String>,
    /// Skips consent for confidential clients with https redirects; set by administrators only.
    pub first_party: bool,
    /// Origins that may call the token endpoint from a browser, beside those of the redirect URIs.
    pub allowed_origins: Vec<String>,
    /// `false` exempts a confidential client from PKCE; then `nonce` or `state` must do its work.
    pub require_pkce: bool,
    /// Overrides the default: public clients rotate, confidential ones do not.
    pub refresh_token_rotation: Option<bool>,
    /// The consequence of six retried generations in a row.
    pub refresh_token_retry_alarm: RetryAlarm,
    /// The `aud` that a client assertion may carry.
    pub assertion_audience: AssertionAudience,
    /// The APIs this client serves: it may introspect their tokens.
    pub resource_server_for: Vec<String>,
    /// True if its secret may be sent in the body as well as by HTTP Basic: no method was stated.
    pub any_secret_method: bool,
    /// True if its ID tokens contain the claims that the granted scopes release.
    pub id_token_claims: bool,
    /// False if its authorization responses leave out `iss` (RFC 9207).
    pub authorization_response_iss: bool,
    /// The maximal age of a sign-in for requests without `max_age` (OIDC Registration §2).
    pub default_max_age: Option<Duration>,
    /// True if it relies on `auth_time` in its ID tokens, which all have it.
    pub require_auth_time: bool,
    /// The address at which it starts a sign-in (OIDC Core §4).
    pub initiate_login_uri: Option<Url>,
    /// The algorithm that signs what `/userinfo` answers; plain JSON without one.
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// The pages and the logo that people are told of.
    pub pages: ClientPages,
    /// True if its logout tokens must contain `sid`; they always do.
    pub backchannel_logout_session_required: bool,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            resources: Vec::new(),
            first_party: false,
            allowed_origins: Vec::new(),
            require_pkce: true,
            refresh_token_rotation: None,
            refresh_token_retry_alarm: RetryAlarm::Report,
            assertion_audience: AssertionAudience::Issuer,
            resource_server_for: Vec::new(),
            any_secret_method: false,
            id_token_claims: false,
            authorization_response_iss: true,
            default_max_age: None,
            require_auth_time: false,
            initiate_login_uri: None,
            userinfo_signed_response_alg: None,
            pages: ClientPages::default(),
            backchannel_logout_session_required: false,
        }
    }
}

/// The pages by which a client tells people about itself (RFC 7591 §2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientPages {
    /// The page that says how it uses what it learns about people.
    pub policy_uri: Option<Url>,
    /// Its terms of service.
    pub tos_uri: Option<Url>,
    /// Its logo, which is named and never loaded.
    pub logo_uri: Option<Url>,
}

/// The reaction to a refresh token that was retried in six generations in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryAlarm {
    /// Write an event.
    Report,
    /// Revoke the grant.
    Revoke,
}

/// The `aud` that a client assertion may carry (RFC 7523 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssertionAudience {
    /// The issuer, as one string.
    Issuer,
    /// The issuer or the token endpoint's address.
    TokenEndpoint,
}
