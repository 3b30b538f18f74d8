//! Rules as they are written: beside an operation in `guard.toml`, or under `x-airside` in an OpenAPI
//! document.

mod field;
pub(crate) mod key;
mod owner;

use std::sync::Arc;

use airside_api::{Template, content::Bodies};
use airside_config::{Problem, Table, key::KeyOf};
use airside_jose::{is_role, is_scope_token};
use airside_policy::{FunctionRule, rule};
use http::Method;

use self::{
    key::{RULE, RuleKeys},
    owner::OwnerText,
};
use crate::operation::{FORWARDED, Owner, Permission, Rule};

/// A rule as it is written, and the additions of a document.
pub(crate) struct RuleText<'a> {
    table: Table<'a, RuleKeys>,
    pub(crate) public: Option<String>,
    pub(crate) any_token: bool,
    pub(crate) scope: Vec<String>,
    /// The media types that the operation takes.
    pub(crate) body: Vec<String>,
}

impl<'a> RuleText<'a> {
    /// Wraps a rule whose form has been checked.
    pub(crate) fn new(table: Table<'a, RuleKeys>) -> Self {
        Self {
            public: table.find(&RULE.public),
            any_token: table.get(&RULE.any_token),
            scope: table.find(&RULE.scope).unwrap_or_default(),
            body: table.find(&RULE.body).unwrap_or_default(),
            table,
        }
    }

    /// Returns the text of its `match`; empty without one.
    fn matches(&self) -> String {
        self.table.find(&RULE.r#match).unwrap_or_default()
    }

    /// Returns the operation that its `match` names.
    ///
    /// # Errors
    ///
    /// The text that is not a method and a path.
    pub(crate) fn matched(&self) -> Result<(Method, Template), Problem> {
        let refused = |message: String| Problem::new(&self.table.place(&RULE.r#match), message);
        if self.table.node(&RULE.r#match).is_none() {
            let problem = refused("`operation.match` is missing".to_owned());
            return Err(problem.help("add it as in `match = \"GET /accounts/{id}\"`"));
        }
        let text = self.matches();
        let Some((method, path)) = text.split_once(' ') else {
            let problem = refused(format!("`operation.match` is `{text}`"));
            return Err(
                problem.help("write a method, a space and a path, as in `GET /accounts/{id}`")
            );
        };
        let known = FORWARDED.iter().find(|known| known.as_str() == method);
        let Some(method) = known else {
            let problem = refused(format!("`{method}` is not a method that is forwarded"));
            let names: Vec<_> = FORWARDED.iter().map(Method::as_str).collect();
            return Err(problem.help(format!("these are: `{}`", names.join("`, `"))));
        };
        let path = Template::parse(path).map_err(refused)?;
        Ok((method.clone(), path))
    }

    /// Returns the permission of an operation.
    ///
    /// # Errors
    ///
    /// Describes each contradiction.
    pub(crate) fn permission(
        &self,
        method: &Method,
        path: &Template,
    ) -> Result<Permission, Vec<Problem>> {
        let mut problems = self.misnamed();
        match self.judged(method, path) {
            Ok(permission) if problems.is_empty() => Ok(permission),
            Ok(_) => Err(problems),
            Err(more) => {
                problems.extend(more);
                Err(problems)
            }
        }
    }

    fn judged(&self, method: &Method, path: &Template) -> Result<Permission, Vec<Problem>> {
        let has_owner = self.has(&RULE.owner);
        let any_object = self.table.get(&RULE.any_object);
        if let Some(why) = &self.public {
            return self.open(why).map_err(|problem| vec![problem]);
        }
        if !self.has_conditions() && !self.any_token && !has_owner {
            let missing = "no scope, role, action or owner is said";
            return Ok(Permission::Undeclared(missing.to_owned()));
        }
        if has_owner && any_object {
            let message = "`owner` and `any_object` contradict each other";
            return Err(vec![self.problem(&RULE.any_object, message)]);
        }
        if let Some(missing) = unowned(path).filter(|_| !has_owner && !any_object) {
            return Ok(Permission::Undeclared(missing));
        }
        self.complete(method, path)
    }

    /// Returns the rule of an operation whose callers are said.
    fn complete(&self, method: &Method, path: &Template) -> Result<Permission, Vec<Problem>> {
        let mut problems = Vec::new();
        let owner = kept(self.owner(method, path), &mut problems);
        let body_fields = kept(self.body_fields(method), &mut problems);
        let show = kept(self.show(method), &mut problems);
        let (Some(owner), Some(body_fields), Some(show)) = (owner, body_fields, show) else {
            return Err(problems);
        };
        Ok(Permission::Rule(Arc::new(Rule {
            need: self.need(),
            action: self.table.find(&RULE.action),
            body_fields,
            query_fields: self.query_fields(&owner),
            show,
            owner,
        })))
    }

    /// Returns the permission of a public operation.
    fn open(&self, why: &str) -> Result<Permission, Problem> {
        let fields = self.has(&RULE.body_fields) || self.has(&RULE.query_fields);
        let objects = self.has(&RULE.owner) || self.table.get(&RULE.any_object);
        if self.has_conditions() || objects || fields || self.has(&RULE.show) || self.any_token {
            let message =
                "`public` cannot be combined with other keys: its callers are not checked";
            return Err(self.problem(&RULE.public, message));
        }
        match why.trim() {
            "" => {
                let message = "`public` says why, for example \"load balancer probe\"";
                Err(self.problem(&RULE.public, message))
            }
            why => Ok(Permission::Public(why.to_owned())),
        }
    }

    fn has_conditions(&self) -> bool {
        !self.scope.is_empty()
            || !self.texts(&RULE.role).is_empty()
            || !self.texts(&RULE.acr).is_empty()
            || self.has(&RULE.max_age)
            || self.table.get(&RULE.people_only)
            || self.has(&RULE.action)
    }

    fn owner(&self, method: &Method, path: &Template) -> Result<Owner, Problem> {
        match self.table.within(&RULE.owner) {
            None => Ok(Owner::Any),
            Some(table) => {
                let owner = OwnerText {
                    table,
                    method,
                    path,
                };
                owner.read()
            }
        }
    }

    /// Returns the media types that are declared for the body.
    ///
    /// # Errors
    ///
    /// Names what is not a media type.
    pub(crate) fn bodies(&self) -> Result<Bodies, Problem> {
        let bodies = Bodies::parse(self.body.iter().map(String::as_str));
        bodies.map_err(|why| {
            let message = format!("`body`: {why}, as in `body = \"application/json\"`");
            self.problem(&RULE.body, message)
        })
    }

    /// Reports scopes and roles with a blank in them, which no list can hold.
    fn misnamed(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut named = |kind, key, names: &[String], is_fine: fn(&str) -> bool| {
            let name = names.iter().find(|name| !is_fine(name));
            problems.extend(name.map(|name| {
                let message = format!(
                    "`{kind}` has `{name}`, which is not a name: write several as `[\"a\", \"b\"]`"
                );
                let mut items = self.table.items(key).into_iter();
                let item = items.find(|(_, text)| text == name);
                let place = item.map_or(self.table.place(key), |(node, _)| node.place.clone());
                Problem::new(&place, message)
            }));
        };
        named("scope", &RULE.scope, &self.scope, is_scope_token);
        named("role", &RULE.role, &self.texts(&RULE.role), is_role);
        named("acr", &RULE.acr, &self.texts(&RULE.acr), is_scope_token);
        problems
    }

    fn need(&self) -> FunctionRule {
        let roles = self.texts(&RULE.role);
        let acr = self.texts(&RULE.acr);
        let acr: Vec<_> = acr.iter().map(String::as_str).collect();
        let scopes = self.scope.iter().map(rule::scope);
        let roles = roles.iter().map(rule::role);
        let acr = (!acr.is_empty()).then(|| rule::acr(&acr));
        let age = self.table.find(&RULE.max_age).map(rule::signed_in_within);
        let person = self.table.get(&RULE.people_only).then(rule::person);
        let all = scopes.chain(roles).chain(acr).chain(age).chain(person);
        all.fold(rule::any_token(), FunctionRule::and)
    }

    fn texts(&self, key: &airside_config::Optional<RuleKeys, Vec<String>>) -> Vec<String> {
        self.table.find(key).unwrap_or_default()
    }

    fn has<T>(&self, key: &impl KeyOf<RuleKeys, T>) -> bool {
        self.table.node(key).is_some()
    }

    fn problem<T>(&self, key: &impl KeyOf<RuleKeys, T>, message: impl Into<String>) -> Problem {
        Problem::new(&self.table.place(key), message)
    }
}

/// Returns the value, or adds the problem to the list.
fn kept<T>(read: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

/// Says which objects of a path have no owner that is said; `None` if it has no parameters.
fn unowned(path: &Template) -> Option<String> {
    let parameters: Vec<_> = path.parameters().collect();
    let missing = format!(
        "whose `{}` a caller may touch is not said: add `owner`, or `any_object = true`",
        parameters.join("`, `")
    );
    (!parameters.is_empty()).then_some(missing)
}
