//! A registered client (RFC 6749 §2, RFC 7591 §2).

pub mod client_auth;
pub mod client_metadata;
pub mod resource_metadata;
mod setting;
pub mod stored;

pub use setting::{AssertionAudience, ClientPages, ClientSettings, RetryAlarm};

use std::fmt;

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
    /// The address that is told when a session ends in which it got an ID token (OpenID Connect
    /// Back-Channel Logout 1.0 §2.2).
    pub backchannel_logout_uri: Option<Url>,
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

/// The owner of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientOrigin {
    /// The configuration file: read-only everywhere else.
    Configuration,
    /// The database.
    Administration,
}

impl ClientOrigin {
    /// Returns true if the addresses of such a registration may be in a private network: an operator has
    /// chosen them. A registration that anyone can make must not reach what only this server can.
    pub const fn may_name_private_addresses(self) -> bool {
        match self {
            Self::Configuration | Self::Administration => true,
        }
    }
}
