//! The operations of the API, their rules, and how certain these are.

mod class;
mod display;
mod owner;

use std::sync::Arc;

pub(crate) use airside_api::{document::scalar, operations::FORWARDED};
use airside_policy::FunctionRule;

pub use self::{
    class::Class,
    owner::{ExpectedOwner, Lookup, Owner, Source, View},
};
use crate::{field::Fields, show::Show};

/// One operation and its permission.
pub type Operation = airside_api::operations::Operation<Permission>;

/// All operations, found by a request.
pub type Operations = airside_api::Operations<Permission>;

/// An operation of a document that no request can be matched to: requests that could be for it are
/// refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadOperation {
    /// Its method, or `?`.
    pub method: String,
    /// Its path as written.
    pub path: String,
    /// The part that is not understood.
    pub why: String,
    /// The place where it is declared.
    pub place: String,
    /// True if a declared operation has the same path.
    pub has_twin: bool,
    /// True if its method is none of the other methods of the path.
    pub is_beside: bool,
    /// True if it could be below any prefix.
    pub is_anywhere: bool,
    /// True if `guard.toml` declares operations of its path; others are refused.
    pub is_settled: bool,
}

/// The callers of an operation. Two permissions that allow the same callers are equal.
#[derive(Clone, Debug)]
pub enum Permission {
    /// Everybody, for this reason.
    Public(String),
    /// Nobody, because the rule is incomplete. The text names what is missing.
    Undeclared(String),
    /// Callers that meet this rule.
    Rule(Arc<Rule>),
}

/// The requirements on a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The required scopes, roles and the like.
    pub need: FunctionRule,
    /// An action that the policies decide about.
    pub action: Option<String>,
    /// The required owner of the object.
    pub owner: Owner,
    /// The fields that the request's body may have; `None` to allow all.
    pub body_fields: Option<Fields>,
    /// The names that the request's query may have; `None` to allow all.
    pub query_fields: Option<Vec<String>>,
    /// The fields of the answer that callers see; all if `None`.
    pub show: Option<Show>,
}

impl PartialEq for Permission {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Public(_), Self::Public(_)) | (Self::Undeclared(_), Self::Undeclared(_)) => true,
            (Self::Rule(one), Self::Rule(other)) => one == other,
            _ => false,
        }
    }
}

impl airside_api::operations::Permission for Permission {
    fn is_open(&self) -> bool {
        matches!(self, Self::Public(_))
    }
}

impl Permission {
    /// Returns the certainty of its rule.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Public(_) => Class::Public,
            Self::Undeclared(_) => Class::Undeclared,
            Self::Rule(rule) if rule.trusts_an_open_query() => {
                rule.owner.class().max(Class::Heuristic)
            }
            Self::Rule(rule) => rule.owner.class(),
        }
    }

    /// Returns the rule in words.
    #[must_use]
    pub fn rule(&self) -> String {
        match self {
            Self::Public(why) => format!("public: {why}"),
            Self::Undeclared(what) => what.clone(),
            Self::Rule(rule) => rule.to_string(),
        }
    }

    /// Returns true if the class is lower because the query is open.
    #[must_use]
    pub fn is_lowered_by_open_query(&self) -> bool {
        match self {
            Self::Rule(rule) => rule.trusts_an_open_query(),
            _ => false,
        }
    }

    /// Returns the view of the owners of its objects, if there is one.
    #[must_use]
    pub fn view(&self) -> Option<&View> {
        match self {
            Self::Rule(rule) => match &rule.owner {
                Owner::View(view, _) => Some(view),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Rule {
    /// Tells whether an answer is for its caller alone.
    pub(crate) fn is_for_one_caller(&self) -> bool {
        self.owner != Owner::Any || self.show.is_some()
    }

    /// Returns true if the rule judges an answer that any parameter of the query may have chosen:
    /// `?owner=alice` could be repeated in it, or `?fields=` rename what is left out.
    fn trusts_an_open_query(&self) -> bool {
        let judges_answer =
            matches!(self.owner, Owner::Answer(..) | Owner::Items { .. }) || self.show.is_some();
        judges_answer && self.query_fields.is_none()
    }
}

impl Class {
    /// Returns the certainty of an operation's rule.
    #[must_use]
    pub fn of(operation: &Operation) -> Self {
        match operation.permission.class() {
            // what is not declared is public too
            Self::Public if operation.path.is_everything() => Self::Heuristic,
            class => class,
        }
    }
}
