//! What a person has allowed a client.

use serde::{Deserialize, Serialize};

use crate::{
    id::{ClientId, UserId},
    scope::Scope,
    time::Time,
};

/// What a person remembers to have allowed a client at one redirect host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who allowed whom, where.
    pub key: ConsentKey,
    /// Everything allowed so far.
    pub allowed: Allowed,
    /// When it was last widened.
    pub granted_at: Time,
    /// Raised when it is taken back, so that codes issued under it die.
    pub epoch: u32,
}

/// What a consent is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConsentKey {
    /// The person.
    pub user: UserId,
    /// The client.
    pub client: ClientId,
    /// The host that answers go to: another host needs a new consent.
    pub redirect_host: String,
}

/// The extent of a consent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// Scopes.
    pub scope: Scope,
    /// APIs, by identifier.
    pub resources: Vec<String>,
}

impl Allowed {
    /// Whether all of `asked` has been allowed already.
    pub fn covers(&self, asked: &Self) -> bool {
        asked.scope.first_outside(&self.scope).is_none()
            && asked
                .resources
                .iter()
                .all(|resource| self.resources.contains(resource))
    }

    /// Both together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut resources = self.resources.clone();
        resources.extend(
            other
                .resources
                .iter()
                .filter(|r| !self.resources.contains(r))
                .cloned(),
        );
        Self {
            scope: self.scope.union(&other.scope),
            resources,
        }
    }
}
