//! The caller of a handler: extractor, and the checks a handler makes.

mod extract;
mod shared_token;

use std::sync::Arc;

use airside_jose::{UnixSeconds, VerifiedToken};
use airside_policy::{FunctionRule, Object, ObjectRule, Principal};

pub(crate) use self::shared_token::{SharedToken, text_claim};
use crate::{Rejection, enforce};

/// The authenticated caller: proof that the request carries a verified access token.
///
/// An axum handler takes it as an argument; the router's state is a [`ResourceServer`](crate::ResourceServer), or one can be made
/// from it by `FromRef`. A request is verified once, also if several arguments and layers need the caller,
/// and a caller counts only for the resource server that verified it: a layer of one API around the
/// router of another lets no token of the first into the second.
#[derive(Clone, Debug)]
pub struct Caller {
    token: Arc<SharedToken>,
    of_another_issuer: bool,
    verified_at: UnixSeconds,
}

impl Caller {
    pub(crate) fn new(token: Arc<SharedToken>, verified_at: UnixSeconds) -> Self {
        Self {
            token,
            of_another_issuer: false,
            verified_at,
        }
    }

    pub(crate) fn of_another_issuer(mut self) -> Self {
        self.of_another_issuer = true;
        self
    }

    pub(crate) fn is_of_another_issuer(&self) -> bool {
        self.of_another_issuer
    }

    /// Returns the verified token.
    #[must_use]
    pub fn token(&self) -> &VerifiedToken {
        self.token.token()
    }

    /// Returns the facts that policies decide on.
    ///
    /// A token whose `sub` is its `client_id` is a machine's (RFC 9068 §2.2): subjects of people and
    /// client ids are disjoint. Subjects and clients of an issuer that was added by [`ResourceServer::and`](crate::ResourceServer::and)
    /// have its name and `|` before their own: its Alice is another person.
    ///
    /// The callers of one token share them: they are made once, or once a second if the token has
    /// `auth_time`.
    #[must_use]
    pub fn principal(&self) -> Arc<Principal> {
        let (now, is_other) = (self.verified_at, self.of_another_issuer);
        self.token.principal(now, is_other)
    }

    /// Requires a function-level rule: call it before anything is loaded.
    ///
    /// # Errors
    ///
    /// [`Rejection::InsufficientScope`] or [`Rejection::MissingRole`]: 403.
    pub fn require(&self, rule: &FunctionRule) -> Result<(), Rejection> {
        enforce(rule.decide(&self.principal()))
    }

    /// Requires an object-level rule for a loaded object.
    ///
    /// # Errors
    ///
    /// [`Rejection::NotFound`] if the object is not the caller's, as if it did not exist; 403 if the
    /// function-level part of the rule is not met.
    pub fn require_for(&self, rule: &ObjectRule, object: &Object) -> Result<(), Rejection> {
        enforce(rule.decide(&self.principal(), object))
    }
}

#[cfg(test)]
mod tests;
