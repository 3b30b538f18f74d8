//! The checks of one request.

mod answer;
mod body;
mod fact;
pub(crate) mod scan;

use std::sync::Arc;

use airside_api::{Target, name::is_alike, names::WatchedName, template::Parameters};
use airside_policy::{Policies as _, Principal};
use airside_resource::{Caller, Rejection, enforce};
use http::{HeaderMap, header::COOKIE};
use serde_json::{Map, Value};
use url::form_urlencoded;

use self::fact::parameter;
pub(crate) use self::{answer::answer, body::BodyFacts, fact::RequestFacts};
use crate::{
    configuration::Configuration,
    error::RequestError,
    field::shortened,
    operation::{ExpectedOwner, Owner, Rule, Source},
    ownership::OwnershipError,
    pointer,
    rate::RemainingLimit,
};

/// A caller whose token was verified.
#[derive(Clone)]
pub(crate) struct AuthenticatedCaller {
    pub(crate) verified: Caller,
    pub(crate) principal: Arc<Principal>,
    /// The token, if the guard keeps it in a browser's session.
    pub(crate) session_token: Option<String>,
    /// The remaining rate limits of the caller.
    pub(crate) remaining_limits: Vec<RemainingLimit>,
}

impl AuthenticatedCaller {
    fn claims(&self) -> &Map<String, Value> {
        self.verified.token().claims()
    }

    fn is_meant(&self, expected: &ExpectedOwner, value: &str) -> bool {
        expected.is_met(value, &self.principal, self.claims())
    }
}

/// Checks the function level, which the token alone decides.
pub(crate) fn function(
    rule: &Rule,
    configuration: &Configuration,
    principal: &Principal,
) -> Result<(), RequestError> {
    enforce(rule.need.decide(principal))?;
    let Some(action) = &rule.action else {
        return Ok(());
    };
    let policies = configuration.policies.as_ref();
    let policies = policies.ok_or(Rejection::NotAllowed)?;
    enforce(policies.decide_function(principal, action)).map_err(|_| Rejection::NotAllowed)?;
    Ok(())
}

/// Checks the query: it has neither a name that the rule reads elsewhere, nor one that is not allowed.
pub(crate) fn query(rule: &Rule, target: &Target) -> Result<(), RequestError> {
    require_absent(rule, target)?;
    let allowed = rule.query_fields.as_ref();
    let surplus = allowed.map(|allowed| target.surplus(allowed)).transpose()?;
    match surplus.flatten() {
        Some(name) => {
            let name = shortened(name.to_owned());
            Err(RequestError::Field(format!(
                "the query may not have `{name}`"
            )))
        }
        None => Ok(()),
    }
}

/// Requires that no name that the rule reads elsewhere is in the query.
fn require_absent(rule: &Rule, target: &Target) -> Result<(), RequestError> {
    for source in rule.owner.sources() {
        match source {
            Source::Path(name) => target.require_absent(name)?,
            Source::Body(pointer) => {
                if let Some(name) = pointer::first(pointer) {
                    target.require_absent(&name)?;
                }
            }
            Source::Query(_) => {}
        }
    }
    Ok(())
}

/// Requires that no cookie which the API gets has a name that the rule reads from the query or the body: in
/// PHP's `$_REQUEST` the cookie takes its place, unless `request_order` says otherwise.
pub(crate) fn cookies(rule: &Rule, headers: &HeaderMap) -> Result<(), RequestError> {
    let names = rule.owner.sources().filter_map(|source| match source {
        Source::Query(name) => Some(name.clone()),
        Source::Body(pointer) => pointer::first(pointer),
        Source::Path(_) => None,
    });
    let names: Vec<_> = names.collect();
    if names.is_empty() {
        return Ok(());
    }
    let sent = headers.get_all(COOKIE).iter();
    let mut pairs = sent.flat_map(|line| line.as_bytes().split(|byte| b";,".contains(byte)));
    let is_alike = |pair: &[u8]| {
        let read = form_urlencoded::parse(pair).next();
        read.is_some_and(|(cookie, _)| names.iter().any(|name| is_alike(&cookie, name)))
    };
    match pairs.any(is_alike) {
        true => Err(RequestError::Ambiguous(
            "a name that a rule reads elsewhere is that of a cookie too",
        )),
        false => Ok(()),
    }
}

/// Returns the names that the rule reads outside of the body. A client may repeat a parameter of the
/// path in the body with the same value, since some frameworks read one for the other.
pub(crate) fn watched(rule: &Rule, parameters: &Parameters) -> Vec<WatchedName> {
    let watched = rule.owner.sources().filter_map(|source| match source {
        Source::Path(name) => Some(WatchedName {
            value: parameter(parameters, name),
            name: name.clone(),
        }),
        Source::Query(name) => Some(WatchedName {
            name: name.clone(),
            value: None,
        }),
        Source::Body(_) => None,
    });
    let mut watched: Vec<_> = watched.collect();
    watched.sort_by(|one, other| one.name.cmp(&other.name));
    watched.dedup();
    watched
}

/// Checks the field level: the fields that a caller may write.
pub(crate) fn fields(request_facts: &RequestFacts<'_>) -> Result<(), RequestError> {
    match request_facts.body()?.surplus() {
        Some(surplus) => Err(RequestError::Field(format!(
            "the body may not have {surplus}"
        ))),
        None => Ok(()),
    }
}

/// Tells whether the answer must be held.
pub(crate) fn holds_answer(rule: &Rule) -> bool {
    matches!(rule.owner, Owner::Answer(..) | Owner::Items { .. }) || rule.show.is_some()
}

/// Tells whether the request's body must be held.
pub(crate) fn holds_request(rule: &Rule) -> bool {
    rule.body_fields.is_some() || is_in_body(&rule.owner)
}

/// Tells whether the owner is looked up by a value of the body.
pub(crate) fn is_in_body(owner: &Owner) -> bool {
    owner
        .sources()
        .any(|source| matches!(source, Source::Body(_)))
}

/// Checks the object level: a value must be the caller's.
pub(crate) fn require(
    expected: &ExpectedOwner,
    value: &str,
    caller: &AuthenticatedCaller,
) -> Result<(), OwnershipError> {
    match caller.is_meant(expected, value) {
        true => Ok(()),
        false => Err(OwnershipError::of_value(
            value,
            expected,
            &caller.principal,
            caller.claims(),
        )),
    }
}
