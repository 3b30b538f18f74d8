//! The settings of one issuer: parsed and validated before they get here.

use std::time::Duration;

use airside_jose::Algorithm;
use airside_oauth::{
    client::Client,
    identity_scope::IdentityScopes,
    key::{self, secret::Secret},
    profile::{IssuerProfile, Resource},
    state::{role::Role, user::Username},
};
use serde_json::{Map, Value};

/// Everything an issuer needs to know beside its store and its key-encryption key.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer's name, APIs and lifetimes.
    pub profile: IssuerProfile,
    /// Clients owned by the configuration.
    pub clients: Vec<Client>,
    /// Accounts made at the first start that finds them missing.
    pub users: Vec<SeedUser>,
    /// The signing algorithms that keys are kept for; never empty, and without HS256.
    pub algorithms: Vec<Algorithm>,
    /// The schedule of key changes.
    pub rotation: key::Rotation,
    /// The limits of sign-in attempts.
    pub sign_in: SignInLimits,
    /// The condition of `/health/ready`.
    pub ready: Ready,
    /// The amount of detail in answers.
    pub mode: Mode,
}

/// The settings that a running issuer takes over when its configuration is read again.
#[derive(Clone, Debug)]
pub struct ReloadableSettings {
    /// Every API of the configuration; the admin API among them if it was on the network at the start.
    pub resources: Vec<Resource>,
    /// Its identity scopes.
    pub scopes: IdentityScopes,
    /// Clients owned by the configuration.
    pub clients: Vec<Client>,
    /// The limits of sign-in attempts.
    pub sign_in: SignInLimits,
}

impl From<Settings> for ReloadableSettings {
    fn from(settings: Settings) -> Self {
        Self {
            scopes: settings.profile.scopes.clone(),
            resources: settings.profile.resources,
            clients: settings.clients,
            sign_in: settings.sign_in,
        }
    }
}

/// An account to begin with.
#[derive(Clone, Debug)]
pub struct SeedUser {
    /// The name to sign in with.
    pub username: Username,
    /// The first password.
    pub password: Secret,
    /// Roles for function-level decisions.
    pub roles: Vec<Role>,
    /// True if it administers this issuer.
    pub administrator: bool,
    /// OpenID Connect claims.
    pub claims: Map<String, Value>,
}

/// The limits beyond which sign-in attempts are refused with 429.
#[derive(Clone, Copy, Debug)]
pub struct SignInLimits {
    /// Failures of one account within the window.
    pub account_failures: u32,
    /// Failures of one address (IPv6: one /64) within the window.
    pub address_failures: u32,
    /// The window.
    pub failure_window: Duration,
}

impl Default for SignInLimits {
    fn default() -> Self {
        Self {
            account_failures: 10,
            address_failures: 100,
            failure_window: Duration::from_secs(15 * 60),
        }
    }
}

/// The condition under which `/health/ready` answers 200.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ready {
    /// Read its store: keys, introspection and pages are answered while nothing can be written.
    #[default]
    Reads,
    /// Write to it, too: a balancer sends no requests to a server that cannot issue tokens.
    Writes,
}

/// True if this is a developer's machine. Derived from issuer, listen address and proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Loopback only: pages explain what was wrong, http is allowed.
    Development,
    /// Everything else.
    Production,
}
