//! The decision about one request as a state machine: the caller supplies what [`Judging::next`] asks
//! for.
//!
//! Nothing here waits or fetches, so that everybody who asks gets the same answer: the proxy, a proxy
//! that forwards itself, and the command that explains. Nothing is asked for once a request is refused.

mod next;

use std::sync::Arc;

use airside_api::{Target, template::Parameters};
use airside_resource::Rejection;
use http::Method;

pub(crate) use self::next::{Check, Next, OwnerQuestion, Verdict};
use crate::{
    configuration::Configuration,
    error::RequestError,
    judge::{self, AuthenticatedCaller, BodyFacts, RequestFacts},
    operation::{ExpectedOwner, Lookup, Operation, Owner, Permission, Rule, Source, View},
    ownership::OwnershipError,
};

/// A request that is being judged.
pub(crate) struct Judging<'a, 'r> {
    configuration: &'a Configuration,
    target: &'r Target,
    found: Result<(&'a Operation, Parameters), RequestError>,
    caller: Option<AuthenticatedCaller>,
    body: Option<BodyFacts>,
    stage: Stage<'a>,
    checks: Vec<Check<'a>>,
}

/// The inputs so far, and the next check.
enum Stage<'a> {
    Operation,
    Function,
    Body(&'a Arc<Rule>),
    Owner(&'a ExpectedOwner, Result<String, OwnershipError>),
    /// The proxy's question was denied.
    Denied(RequestError),
    /// An input could not be obtained.
    Failed(RequestError),
    Over,
}

impl<'a, 'r> Judging<'a, 'r> {
    pub(crate) fn new(
        configuration: &'a Configuration,
        method: &Method,
        target: &'r Target,
    ) -> Self {
        let found = configuration.operations.find(method, target);
        Self {
            configuration,
            target,
            found: found.map_err(RequestError::from),
            caller: None,
            body: None,
            stage: Stage::Operation,
            checks: Vec::with_capacity(MAX_CHECKS),
        }
    }

    /// Returns the operation, if it is declared.
    pub(crate) fn operation(&self) -> Option<&'a Operation> {
        self.found.as_ref().ok().map(|(operation, _)| *operation)
    }

    /// Returns the rule of the operation, if it has one.
    pub(crate) fn rule(&self) -> Option<&'a Arc<Rule>> {
        match &self.operation()?.permission {
            Permission::Rule(rule) => Some(rule),
            Permission::Public(_) | Permission::Undeclared(_) => None,
        }
    }

    /// Returns the parameters of the path.
    pub(crate) fn parameters(&self) -> Option<&Parameters> {
        self.found.as_ref().ok().map(|(_, parameters)| parameters)
    }

    /// Returns the caller, if it is known.
    pub(crate) fn caller(&self) -> Option<&AuthenticatedCaller> {
        self.caller.as_ref()
    }

    /// Returns the caller, at the end.
    pub(crate) fn into_caller(self) -> Option<AuthenticatedCaller> {
        self.caller
    }

    pub(crate) fn checks(&self) -> &[Check<'a>] {
        &self.checks
    }

    /// Supplies the caller.
    pub(crate) fn set_caller(&mut self, caller: AuthenticatedCaller) {
        self.caller = Some(caller);
        self.stage = Stage::Function;
    }

    /// Reports that an input could not be obtained: the request is refused in every mode. For an unknown
    /// caller, an undeclared operation is reported as such.
    pub(crate) fn fail(&mut self, error: RequestError) {
        if self.found.is_ok() && self.caller.is_none() {
            self.checks.push(Check::Token);
        }
        let undeclared = self.found.as_ref().err().cloned();
        self.stage = Stage::Failed(undeclared.unwrap_or(error));
    }

    /// Denies the request for a reason of the caller's, which counts as a denial by the rule.
    pub(crate) fn deny(&mut self, error: RequestError) {
        self.stage = Stage::Denied(error);
    }

    /// Supplies what the rule reads of the body, if it does.
    pub(crate) fn set_body(&mut self, body: Option<BodyFacts>) {
        self.body = body;
        if let Some(rule) = self.rule() {
            self.stage = Stage::Body(rule);
        }
    }

    /// Supplies the owner of the object, or the reason why there is none.
    pub(crate) fn set_owner(&mut self, owner: Result<String, OwnershipError>) {
        if let Stage::Owner(_, given) = &mut self.stage {
            *given = owner;
        }
    }

    /// Returns the next input that is needed, or the verdict.
    pub(crate) fn next(&mut self) -> Next<'a> {
        let next = match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Operation => Ok(self.begin()),
            Stage::Function => self.function(),
            Stage::Body(rule) => self.object(rule),
            Stage::Owner(expected, owner) => self.require(expected, owner).map(|()| ALLOWED),
            Stage::Denied(error) => Err(error),
            Stage::Failed(error) => Ok(Next::Verdict(Verdict::Denied(error))),
            // the input was not supplied
            Stage::Over => Ok(Next::Verdict(Verdict::Denied(Rejection::NotAllowed.into()))),
        };
        next.unwrap_or_else(|error| Next::Verdict(self.verdict(error)))
    }

    /// INVARIANT: the only place where a mode changes what becomes of a request.
    fn verdict(&self, error: RequestError) -> Verdict {
        match self.configuration.mode.apply(Err(error)) {
            Ok(None) => Verdict::Forwarded,
            Ok(Some(error)) => Verdict::Noted(error),
            Err(error) => Verdict::Denied(error),
        }
    }

    fn begin(&mut self) -> Next<'a> {
        let operation = self.operation();
        self.checks.push(Check::Operation(operation));
        match operation.map(|operation| &operation.permission) {
            Some(Permission::Public(why)) => {
                self.checks.push(Check::Public(why));
                ALLOWED
            }
            // an unauthenticated caller learns nothing about undeclared paths
            _ => Next::Token,
        }
    }

    /// Decides by the token and the head of the request.
    fn function(&mut self) -> Result<Next<'a>, RequestError> {
        let (operation, _) = self.found.as_ref().map_err(Clone::clone)?;
        self.checks.push(Check::Token);
        let rule = match &operation.permission {
            Permission::Rule(rule) => rule,
            Permission::Public(_) => return Ok(ALLOWED),
            Permission::Undeclared(missing) => {
                self.checks.push(Check::Undeclared(missing));
                return Err(RequestError::NoRule(missing.clone()));
            }
        };
        self.checks.push(Check::Function(rule));
        let caller = self.caller.as_ref().ok_or(Rejection::NotAllowed)?;
        judge::function(rule, self.configuration, &caller.principal)?;
        self.checks.push(Check::Query);
        judge::query(rule, self.target)?;
        self.judge_early(rule)?;
        Ok(Next::Body(rule))
    }

    /// Judges an owner that is in the head of the request.
    fn judge_early(&mut self, rule: &'a Rule) -> Result<(), RequestError> {
        if let Owner::Request(source, expected) = &rule.owner
            && !judge::is_in_body(&rule.owner)
        {
            self.checks.push(Check::Object(&rule.owner));
            self.require_own(rule, source, expected)?;
        }
        Ok(())
    }

    /// Decides by the body, and returns the question for the owner.
    fn object(&mut self, rule: &'a Rule) -> Result<Next<'a>, RequestError> {
        self.judge_fields(rule)?;
        let in_body = judge::is_in_body(&rule.owner);
        if in_body || !matches!(rule.owner, Owner::Request(..)) {
            self.checks.push(Check::Object(&rule.owner));
        }
        let (question, expected) = match &rule.owner {
            Owner::Request(source, expected) if in_body => {
                self.require_own(rule, source, expected)?;
                return Ok(ALLOWED);
            }
            Owner::Request(..) | Owner::Any | Owner::Answer(..) | Owner::Items { .. } => {
                return Ok(ALLOWED);
            }
            Owner::Lookup(lookup, expected) => (self.address(lookup)?, expected),
            Owner::View(view, expected) => (self.row(view)?, expected),
        };
        // an empty value is not looked up
        let question = question.ok_or_else(|| OwnershipError::no_question(&rule.owner))?;
        self.stage = Stage::Owner(expected, Err(OwnershipError::no_owner(&rule.owner)));
        Ok(Next::Owner(question))
    }

    fn judge_fields(&mut self, rule: &'a Rule) -> Result<(), RequestError> {
        if let Some(fields) = &rule.body_fields {
            self.checks.push(Check::Fields(fields));
            judge::fields(&self.request_facts()?)?;
        }
        Ok(())
    }

    fn address(&self, lookup: &'a Lookup) -> Result<Option<OwnerQuestion<'a>>, RequestError> {
        let request_facts = self.request_facts()?;
        let url = lookup.url.fill(|source| request_facts.value(source))?;
        let pointer = lookup.pointer.as_str();
        Ok(url.map(|url| OwnerQuestion::Address { url, pointer }))
    }

    fn row(&self, view: &'a View) -> Result<Option<OwnerQuestion<'a>>, RequestError> {
        let key = self.request_facts()?.value(&view.key)?;
        let key = key.filter(|key| !key.is_empty());
        let view = &view.name;
        Ok(key.map(|key| OwnerQuestion::Row { view, key }))
    }

    /// Requires that a value of the request is the caller's.
    fn require_own(
        &self,
        rule: &Rule,
        source: &Source,
        expected: &ExpectedOwner,
    ) -> Result<(), RequestError> {
        let value = self.request_facts()?.own(source)?;
        let value = value.ok_or_else(|| OwnershipError::no_owner(&rule.owner))?;
        let caller = self.caller.as_ref().ok_or(Rejection::NotAllowed)?;
        Ok(judge::require(expected, &value, caller)?)
    }

    fn request_facts(&self) -> Result<RequestFacts<'_>, RequestError> {
        let (_, parameters) = self.found.as_ref().map_err(Clone::clone)?;
        Ok(RequestFacts {
            target: self.target,
            parameters,
            body: self.body.as_ref(),
        })
    }

    fn require(
        &self,
        expected: &ExpectedOwner,
        value: Result<String, OwnershipError>,
    ) -> Result<(), RequestError> {
        let caller = self.caller.as_ref().ok_or(Rejection::NotAllowed)?;
        Ok(judge::require(expected, &value?, caller)?)
    }
}

const ALLOWED: Next<'static> = Next::Verdict(Verdict::Forwarded);
const MAX_CHECKS: usize = 6;
