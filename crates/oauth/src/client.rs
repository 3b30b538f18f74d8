//! A registered client (RFC 6749 §2, RFC 7591 §2).

pub mod client_auth;
pub mod client_metadata;
pub mod resource_metadata;

use std::{fmt, time::Duration};

use airside_jose::{Algorithm, JwkSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    id::ClientId,
    key::secret::Digest,
    request::{redirect_uri::RedirectUri, scope::Scope},
};

/// A client as the protocol sees it: validated metadata and digested secrets.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its public name.
    pub client_id: ClientId,
    /// The name shown to people; the `client_id` when there is none.
    pub client_name: Option<String>,
    /// The one way it authenticates; by HTTP Basic or in the body with `settings.any_secret_method`.
    pub auth_method: AuthMethod,
    /// At most two, so that one can be replaced without downtime.
    pub secrets: Vec<Digest>,
    /// Keys for `private_key_jwt`, given by value.
    pub jwks: Option<JwkSet>,
    /// Keys for `private_key_jwt`, given by address.
    pub jwks_uri: Option<Url>,
    /// The addresses that authorization responses may go to.
    pub redirect_uris: Vec<RedirectUri>,
    /// The addresses that a sign-out may return to.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The grants it may use.
    pub grant_types: Vec<GrantType>,
    /// The scopes it may ask for.
    pub scope: Scope,
    /// The algorithm that signs its ID tokens.
    pub id_token_signed_response_alg: Algorithm,
    /// Airside's own settings.
    pub settings: ClientSettings,
    /// Raised by every change that must end what was issued before it.
    pub epoch: u32,
    /// The owner of this registration.
    pub origin: ClientOrigin,
    /// Set while a client of the configuration is missing there: it gets and uses no tokens, and what
    /// people allowed it is kept.
    pub disabled: bool,
}

impl Client {
    /// Returns true if this client may use `grant_type`.
    pub fn allows(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// The name to show to people.
    pub fn display_name(&self) -> &str {
        self.client_name
            .as_deref()
            .unwrap_or(self.client_id.as_str())
    }

    /// Returns true if it can keep no secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.auth_method == AuthMethod::None
    }

    /// Returns the method that its metadata states; none if a client with a secret may use either.
    pub fn stated_auth_method(&self) -> Option<AuthMethod> {
        (!self.settings.any_secret_method).then_some(self.auth_method)
    }

    /// Returns the asymmetric algorithms that the client is registered for, by the members that say so.
    pub fn signing_algorithms(&self) -> impl Iterator<Item = (&'static str, Algorithm)> {
        let id_token = (
            "id_token_signed_response_alg",
            self.id_token_signed_response_alg,
        );
        let userinfo = self.settings.userinfo_signed_response_alg;
        let userinfo = userinfo.map(|algorithm| ("userinfo_signed_response_alg", algorithm));
        [id_token].into_iter().chain(userinfo)
    }

    /// Returns true if a refresh answers with a new refresh token.
    pub fn rotates(&self) -> bool {
        // RFC9700-4.14.2: rotation protects public clients; a confidential one authenticates instead
        self.settings
            .refresh_token_rotation
            .unwrap_or(self.is_public())
    }
}

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
}

/// What a client tells people about itself (RFC 7591 §2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientPages {
    /// How it uses what it learns about people.
    pub policy_uri: Option<Url>,
    /// Its terms of service.
    pub tos_uri: Option<Url>,
    /// Its logo, which is named and never loaded.
    pub logo_uri: Option<Url>,
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
        }
    }
}

/// The way in which a client authenticates at the token endpoint (RFC 7591 §2, `token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// A public client.
    None,
    /// HTTP Basic.
    ClientSecretBasic,
    /// In the body.
    ClientSecretPost,
    /// A signed assertion (OIDC Core §9).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// Every method, in the order of the metadata document.
    pub const ALL: [Self; 4] = [
        Self::None,
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::PrivateKeyJwt,
    ];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// The method with this registered name, compared exactly.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

impl fmt::Display for AuthMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The grants that exist here (RFC 7591 §2, `grant_types`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
}

impl GrantType {
    /// Every grant, in the order of the metadata document.
    pub const ALL: [Self; 3] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
    ];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The grant with this registered name, compared exactly.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == name)
    }
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

/// The owner of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientOrigin {
    /// The configuration file: read-only everywhere else.
    Configuration,
    /// The database.
    Administration,
}
