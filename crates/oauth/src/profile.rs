//! The configuration of an issuer: its name, its APIs and its lifetimes.

use std::time::Duration;

use airside_jose::Algorithm;

use crate::{
    identity_scope::IdentityScopes,
    key::secret::Secret,
    request::scope::{Scope, is_oidc},
    token::released_claim::ReleasedClaims,
};

/// The configured facts of one issuer; immutable while it runs.
#[derive(Clone, Debug)]
pub struct IssuerProfile {
    /// The issuer identifier (RFC 8414 §2), without a trailing slash.
    pub issuer: String,
    /// Lifetimes of everything that expires.
    pub lifetimes: Lifetimes,
    /// The APIs that tokens are issued for.
    pub resources: Vec<Resource>,
    /// The scopes that release claims of a person's account.
    pub scopes: IdentityScopes,
}

impl IssuerProfile {
    /// The API with this identifier (RFC 8707 §2), compared exactly.
    pub fn resource(&self, identifier: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.identifier == identifier)
    }

    /// Returns true if some API or the issuer itself defines the scope `name`.
    pub fn knows_scope(&self, name: &str) -> bool {
        self.scopes.contains(name) || self.is_of_an_api(name)
    }

    /// Returns true if the scope `name` is about a person and belongs to no API.
    ///
    /// An API that has a scope of its own with the name of an identity scope keeps it, except for those
    /// that OpenID Connect defines.
    pub fn is_identity_scope(&self, name: &str) -> bool {
        is_oidc(name) || self.scopes.contains(name) && !self.is_of_an_api(name)
    }

    fn is_of_an_api(&self, name: &str) -> bool {
        let mut resources = self.resources.iter();
        resources.any(|resource| resource.scopes.contains(name))
    }

    /// The identifier of the admin API, which is a resource too where it is on the network.
    pub fn admin_api(&self) -> String {
        self.endpoint(ADMIN_API)
    }

    /// The address of an endpoint, `path` beginning with `/`.
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }
}

/// An API (RFC 8707): its identifier is the audience of its tokens.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The absolute URI that names the API.
    pub identifier: String,
    /// The scopes that belong to it.
    pub scopes: Scope,
    /// The algorithm that signs its access tokens.
    pub signing: ResourceSigning,
    /// The claims of an account in its access tokens.
    pub claims: ReleasedClaims,
}

impl Resource {
    /// The admin API of the issuer whose identifier is `issuer`.
    pub fn admin_api(issuer: &str, signing_alg: Algorithm) -> Self {
        Self {
            identifier: format!("{issuer}{ADMIN_API}"),
            scopes: ADMIN_SCOPES.parse().unwrap_or_default(),
            signing: ResourceSigning::Asymmetric(signing_alg),
            claims: ReleasedClaims::default(),
        }
    }
}

/// The scopes of the admin API, which no other API may have.
pub const ADMIN_SCOPES: &str = "airside:admin:read airside:admin:write";

/// The beginning of the names of scopes that no other API may have.
pub const RESERVED_SCOPES: &str = "airside:";

/// The path of the admin API below the issuer.
pub const ADMIN_API: &str = "/api/admin/v1";

/// The algorithm that signs an API's access tokens.
#[derive(Clone, Debug)]
pub enum ResourceSigning {
    /// The issuer's current key of this asymmetric algorithm.
    Asymmetric(Algorithm),
    /// A secret of this API alone (HS256): its leak forges nothing for another API.
    Hs256(Secret),
}

/// The lifetimes of an issuer.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// From the issue of a code to its redemption.
    pub authorization_code: Duration,
    /// Of an access token.
    pub access_token: Duration,
    /// Of an ID token.
    pub id_token: Duration,
    /// Of a refresh token family, since its grant began.
    pub refresh_token: Duration,
    /// Of an idle refresh token family.
    pub refresh_token_idle: Duration,
    /// The time in which a replayed refresh token gets the same successor again.
    pub refresh_token_retry_window: Duration,
    /// Of an idle session.
    pub session_idle: Duration,
    /// Of a session.
    pub session: Duration,
    /// Of an audit event.
    pub event: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            authorization_code: Duration::from_secs(60),
            access_token: Duration::from_secs(15 * 60),
            id_token: Duration::from_secs(15 * 60),
            refresh_token: Duration::from_secs(30 * DAY),
            refresh_token_idle: Duration::from_secs(30 * DAY),
            refresh_token_retry_window: Duration::from_secs(30),
            session_idle: Duration::from_secs(12 * 60 * 60),
            session: Duration::from_secs(14 * DAY),
            event: Duration::from_secs(400 * DAY),
        }
    }
}

const DAY: u64 = 24 * 60 * 60;
