//! The caller of a handler: extractor, and the checks a handler makes.

mod extract;

use std::sync::Arc;

use airside_jose::{UnixSeconds, VerifiedToken, is_role};
use airside_policy::{FunctionRule, Object, ObjectRule, Principal};
use serde_json::Value;

use crate::{Rejection, enforce};

/// The authenticated caller: proof that the request carries a verified access token.
///
/// An axum handler takes it as an argument; the router's state is a [`ResourceServer`](crate::ResourceServer), or one can be made
/// from it by `FromRef`. A request is verified once, also if several arguments and layers need the caller,
/// and a caller counts only for the resource server that verified it: a layer of one API around the
/// router of another lets no token of the first into the second.
#[derive(Clone, Debug)]
pub struct Caller {
    token: Arc<VerifiedToken>,
    of_another_issuer: bool,
    verified_at: UnixSeconds,
}

impl Caller {
    pub(crate) fn new(token: Arc<VerifiedToken>, verified_at: UnixSeconds) -> Self {
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
        &self.token
    }

    /// Returns the facts that policies decide on.
    ///
    /// A token whose `sub` is its `client_id` is a machine's (RFC 9068 §2.2): subjects of people and
    /// client ids are disjoint. Subjects and clients of an issuer that was added by [`ResourceServer::and`](crate::ResourceServer::and)
    /// have its name and `|` before their own: its Alice is another person.
    #[must_use]
    pub fn principal(&self) -> Principal {
        let token = &self.token;
        let name = |name: &str| match self.of_another_issuer {
            true => format!("{}|{name}", token.issuer()),
            false => name.to_owned(),
        };
        let mut principal = if token.is_machine() {
            Principal::client(name(token.client_id()))
        } else {
            Principal::user(name(token.subject()), name(token.client_id()))
        };
        principal.scopes = token.scope().map(str::to_owned).collect();
        let auth_time = token.claim("auth_time").and_then(Value::as_i64);
        let auth_time = auth_time.map(UnixSeconds::new);
        principal.signed_in_seconds_ago = auth_time.map(|at| self.verified_at.seconds_since(at));
        // a name with a blank in it would become two where roles are joined
        let roles = token.roles().iter().filter(|role| is_role(role));
        principal.roles = roles.cloned().collect();
        let texts = token.claims().iter();
        let texts =
            texts.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
        principal.claims = texts.collect();
        principal
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
