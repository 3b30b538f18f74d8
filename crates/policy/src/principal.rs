//! The caller and the object of a request.

use std::collections::{BTreeMap, BTreeSet};

use crate::Reason;

/// The kind of a principal: the two never own each other's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person; `sub` names the person.
    User,
    /// A machine that acts for itself (client credentials); `sub` is its client id.
    Client,
}

/// The caller: the facts of a verified access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// A person or a machine.
    pub kind: Kind,
    /// The token's `sub`.
    pub subject: String,
    /// The token's `client_id`.
    pub client_id: String,
    /// The token's `scope`, split.
    pub scopes: BTreeSet<String>,
    /// The token's `roles`.
    pub roles: BTreeSet<String>,
    /// Further claims whose value is a string, such as a tenant.
    pub claims: BTreeMap<String, String>,
    /// The seconds since the person signed in, by the token's `auth_time`.
    pub signed_in_seconds_ago: Option<i64>,
}

impl Principal {
    /// Makes a person who uses a client.
    #[must_use]
    pub fn user(subject: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self::new(Kind::User, subject.into(), client_id.into())
    }

    /// Makes a machine that acts for itself.
    #[must_use]
    pub fn client(client_id: impl Into<String>) -> Self {
        let client_id = client_id.into();
        Self::new(Kind::Client, client_id.clone(), client_id)
    }

    fn new(kind: Kind, subject: String, client_id: String) -> Self {
        Self {
            kind,
            subject,
            client_id,
            scopes: BTreeSet::new(),
            roles: BTreeSet::new(),
            claims: BTreeMap::new(),
            signed_in_seconds_ago: None,
        }
    }

    /// Returns the subject that can own objects.
    pub(crate) fn owner_subject(&self) -> Result<&str, Reason> {
        // INVARIANT: a client principal owns nothing, even if its id equals a person's subject.
        if self.kind == Kind::Client {
            return Err(Reason::ClientIsNoOwner);
        }
        present(Some(&self.subject)).ok_or(Reason::NoSubject)
    }

    /// Adds the scopes of a space-separated list (RFC 6749 §3.3).
    #[must_use]
    pub fn with_scopes(mut self, scope: &str) -> Self {
        let scopes = scope.split(' ').filter(|scope| !scope.is_empty());
        self.scopes.extend(scopes.map(str::to_owned));
        self
    }

    /// Adds a role.
    #[must_use]
    pub fn with_role(mut self, role: impl Into<String>) -> Self {
        self.roles.insert(role.into());
        self
    }

    /// Adds a claim.
    #[must_use]
    pub fn with_claim(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }
}

/// The facts of the object of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// The subject of the person it belongs to.
    pub owner: Option<String>,
    /// The tenant it belongs to.
    pub tenant: Option<String>,
}

impl Object {
    /// Makes an object that belongs to a person.
    #[must_use]
    pub fn owned_by(subject: impl Into<String>) -> Self {
        Self {
            owner: Some(subject.into()),
            tenant: None,
        }
    }

    /// Makes an object that belongs to a tenant.
    #[must_use]
    pub fn of_tenant(tenant: impl Into<String>) -> Self {
        Self {
            owner: None,
            tenant: Some(tenant.into()),
        }
    }

    /// Adds the tenant it belongs to.
    #[must_use]
    pub fn in_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }
}

/// Treats an empty value as a missing one: two missing facts must not be equal.
pub(crate) fn present(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}
