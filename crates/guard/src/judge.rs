//! The checks of one request.

use airside_api::{JsonText, Target, name::is_alike, names::WatchedName, template::Parameters};
use airside_policy::{Policies as _, Principal};
use airside_resource::{Caller, Rejection, enforce};
use serde_json::{Map, Value};

use crate::{
    configuration::Configuration,
    error::RequestError,
    field::{Fields, shortened},
    operation::{ExpectedOwner, Owner, Rule, Source, scalar},
    ownership::OwnershipError,
    pointer::{self, unescaped},
    rate::RemainingLimit,
};

/// The parts of a request that rules read.
pub(crate) struct RequestFacts<'a> {
    pub(crate) target: &'a Target,
    pub(crate) parameters: &'a Parameters,
    /// The body, if a rule looks into it.
    pub(crate) body: Option<&'a Value>,
}

/// A caller whose token was verified.
pub(crate) struct AuthenticatedCaller {
    pub(crate) verified: Caller,
    pub(crate) principal: Principal,
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

fn parameter(parameters: &Parameters, name: &str) -> Option<String> {
    let mut named = parameters.iter().filter(|(one, _)| one == name);
    named.next().map(|(_, value)| value.clone())
}

/// Checks the field level: the fields that a caller may write.
pub(crate) fn fields(
    fields: &Fields,
    request_facts: &RequestFacts<'_>,
) -> Result<(), RequestError> {
    match fields.surplus(request_facts.body()?) {
        Some(surplus) => Err(RequestError::Field(format!(
            "the body may not have {surplus}"
        ))),
        None => Ok(()),
    }
}

/// Checks the answer of the API, and removes what the caller must not see. The rest keeps its spelling;
/// `None` if the rule removes nothing from any answer.
///
/// An owner is compared by the text that the API wrote, so that an integer of any length is exact: the
/// caller reads the same text.
///
/// # Errors
///
/// 404 if it belongs to somebody else, 502 if that cannot be determined.
pub(crate) fn answer(
    rule: &Rule,
    caller: &AuthenticatedCaller,
    body: &[u8],
) -> Result<Option<String>, RequestError> {
    let mut document = JsonText::parse(body)
        .map_err(|_| RequestError::BadAnswer("it is not JSON that can be read in one way"))?;
    match &rule.owner {
        Owner::Answer(pointer, expected) => {
            let value = document.pointer(pointer).and_then(JsonText::identifier);
            let value = value.ok_or_else(|| OwnershipError::no_owner(&rule.owner))?;
            require(expected, &value, caller)?;
        }
        Owner::Items {
            list,
            field,
            expected,
        } => {
            let Some(JsonText::List(items)) = document.pointer_mut(list) else {
                return Err(RequestError::BadAnswer(
                    "the list is not where it is said to be",
                ));
            };
            items.retain(|item| {
                let value = item.pointer(field).and_then(JsonText::identifier);
                value.is_some_and(|value| caller.is_meant(expected, &value))
            });
        }
        _ => {}
    }
    if let Some(show) = &rule.show
        && !show.retain(&caller.principal.scopes, &mut document)
    {
        return Err(RequestError::BadAnswer(
            "it has another form than `show` says of it",
        ));
    }
    // also where nothing was dropped: how it is spelt must not tell
    let is_rewritten = matches!(rule.owner, Owner::Items { .. }) || rule.show.is_some();
    Ok(is_rewritten.then(|| document.to_string()))
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

impl RequestFacts<'_> {
    fn body(&self) -> Result<&Value, RequestError> {
        self.body.ok_or(RequestError::Ambiguous(
            "a rule reads the body, and there is none",
        ))
    }

    /// Returns a value that is compared with the caller as it is written.
    pub(crate) fn own(&self, source: &Source) -> Result<Option<String>, RequestError> {
        let in_path = matches!(source, Source::Path(_));
        let value = self.value(source)?;
        Ok(value.filter(|value| in_path || is_trimmed(value)))
    }

    pub(crate) fn value(&self, source: &Source) -> Result<Option<String>, RequestError> {
        match source {
            Source::Path(name) => Ok(parameter(self.parameters, name)),
            Source::Query(name) => Ok(self.target.query(name)?.map(str::to_owned)),
            Source::Body(pointer) => {
                let body = self.body()?;
                require_one_spelling(body, pointer)?;
                Ok(body.pointer(pointer).filter(is_exact).and_then(scalar))
            }
        }
    }
}

/// Tells whether a value has no blanks around it, which Laravel and Tornado remove: other values belong
/// to nobody.
fn is_trimmed(value: &str) -> bool {
    let ends = |one: char| one.is_whitespace() || one.is_control();
    value.trim_matches(ends) == value
}

/// Tells whether an integer is exact in every parser (RFC 7493 §2.2).
fn is_exact(value: &&Value) -> bool {
    let largest = MAX_EXACT_INTEGER;
    !value.is_number()
        || value
            .as_i64()
            .is_some_and(|value| value.unsigned_abs() <= largest)
}

/// Requires that no other spelling of a field is there: some APIs (Go, .NET) read `User`, or `uſer` with
/// a long s, like `user`.
fn require_one_spelling(body: &Value, pointer: &str) -> Result<(), RequestError> {
    let mut place = Some(body);
    for token in pointer.split('/').skip(1) {
        let name = unescaped(token);
        let members = place.and_then(Value::as_object);
        let mut names = members.into_iter().flat_map(Map::keys);
        if names.any(|one| *one != name && is_alike(one, &name)) {
            return Err(RequestError::Ambiguous(
                "a field of the body that a rule reads is there in another spelling",
            ));
        }
        place = place.and_then(|place| place.pointer(&format!("/{token}")));
    }
    Ok(())
}

/// 2^53 − 1.
const MAX_EXACT_INTEGER: u64 = 9_007_199_254_740_991;
