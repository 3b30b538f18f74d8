//! The operations of the API, their rules, and how certain these are.

mod display;

use airside_api::UrlTemplate;
pub(crate) use airside_api::{document::scalar, operations::FORWARDED};
use airside_policy::{FunctionRule, Kind, Principal};
use serde::Serialize;
use serde_json::Value;

use crate::{field::Fields, pointer, show::Show, view::ViewName};

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
    Rule(Box<Rule>),
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

/// The way in which the owner of an operation's object is determined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// There is no object, or everyone who may call the function may touch every one.
    Any,
    /// A value that comes with the request.
    Request(Source, ExpectedOwner),
    /// A field of the answer, which is held until it is checked.
    Answer(String, ExpectedOwner),
    /// A value that the API or another service is asked for first.
    Lookup(Lookup, ExpectedOwner),
    /// A value of a row of the API's database, which is looked up first.
    View(View, ExpectedOwner),
    /// Items of a list, of which those of other owners are dropped.
    Items {
        /// A JSON pointer to the list in the answer.
        list: String,
        /// A JSON pointer to the owner in an item.
        field: String,
        /// The expected owner.
        expected: ExpectedOwner,
    },
}

/// A value of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A parameter of the path.
    Path(String),
    /// A parameter of the query.
    Query(String),
    /// A place in the JSON body (RFC 6901).
    Body(String),
}

/// The value that an owner must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedOwner {
    /// The caller's subject.
    Subject,
    /// The value of another claim.
    Claim(String),
    /// One of the values at this JSON pointer in the token, such as the ids of RFC 9396.
    OneOf(String),
}

/// An address that answers with an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The address, with placeholders for values of the request.
    pub url: UrlTemplate<Source>,
    /// A JSON pointer to the owner in the answer (RFC 6901).
    pub pointer: String,
}

/// A row of the API's database with an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// A view with the columns `id` and `owner`.
    pub name: ViewName,
    /// The id of the row.
    pub key: Source,
}

/// The certainty that only the right callers are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Everybody, on purpose.
    Public,
    /// Nothing can change between check and use.
    Sound,
    /// The token's claims hold until it expires.
    SoundUntilExpiry,
    /// The owner may change between the look-up and the use.
    RaceWindow,
    /// Dropped items may still show, in totals for example; or a parameter of the query that the rule
    /// does not know may choose the API's answer.
    Heuristic,
    /// It has no complete rule.
    Undeclared,
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

impl Owner {
    /// Returns the values of the request that determine the owner.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        let (one, lookup) = match self {
            Self::Any | Self::Answer(..) | Self::Items { .. } => (None, None),
            Self::Request(source, _) => (Some(source), None),
            Self::Lookup(lookup, _) => (None, Some(lookup)),
            Self::View(view, _) => (Some(&view.key), None),
        };
        let of_lookup = lookup.into_iter().flat_map(|lookup| lookup.url.sources());
        one.into_iter().chain(of_lookup)
    }

    fn class(&self) -> Class {
        match self {
            Self::Request(_, ExpectedOwner::OneOf(_))
            | Self::Answer(_, ExpectedOwner::OneOf(_)) => Class::SoundUntilExpiry,
            Self::Any | Self::Request(..) | Self::Answer(..) => Class::Sound,
            Self::Lookup(..) | Self::View(..) => Class::RaceWindow,
            Self::Items { .. } => Class::Heuristic,
        }
    }
}

impl ExpectedOwner {
    /// Tells whether a value is the caller's. `claims` are those of the verified token.
    #[must_use]
    pub fn is_met(
        &self,
        value: &str,
        principal: &Principal,
        claims: &serde_json::Map<String, Value>,
    ) -> bool {
        if value.is_empty() {
            return false;
        }
        match self {
            // INVARIANT: a client owns nothing that a person can own, whatever it is called
            Self::Subject => principal.kind == Kind::User && principal.subject == value,
            Self::Claim(name) if name == "client_id" => principal.client_id == value,
            Self::Claim(name) => principal.claims.get(name).is_some_and(|own| own == value),
            Self::OneOf(pointer) => Self::listed(pointer, claims).any(|one| one == value),
        }
    }

    /// Returns the values at a place in the token.
    pub(crate) fn listed<'a>(
        pointer: &str,
        claims: &'a serde_json::Map<String, Value>,
    ) -> impl Iterator<Item = String> + 'a {
        let found = pointer::split(pointer)
            .and_then(|(first, rest)| claims.get(&first).and_then(|claim| claim.pointer(rest)));
        let listed = found.and_then(Value::as_array).into_iter().flatten();
        listed.filter_map(scalar)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_callers_or_not() {
        let alice = Principal::user("alice", "spa").with_claim("org", "acme");
        let claims = serde_json::json!({ "accounts": { "ids": ["7", 8, 1.5, ""] } });
        let claims = claims.as_object().unwrap();
        let met = |expected: &ExpectedOwner, value: &str| expected.is_met(value, &alice, claims);
        assert!(met(&ExpectedOwner::Subject, "alice") && !met(&ExpectedOwner::Subject, "bob"));
        assert!(met(&ExpectedOwner::Claim("org".into()), "acme"));
        assert!(met(&ExpectedOwner::Claim("client_id".into()), "spa"));
        assert!(
            !met(&ExpectedOwner::Claim("team".into()), "")
                && !met(&ExpectedOwner::Claim("team".into()), "x")
        );
        let listed = ExpectedOwner::OneOf("/accounts/ids".into());
        assert!(met(&listed, "7") && met(&listed, "8"));
        assert!(!met(&listed, "9") && !met(&listed, "1.5") && !met(&listed, ""));
        assert!(!met(&ExpectedOwner::OneOf("/nothing".into()), "7"));
        // a machine with a person's name
        let machine = Principal::client("alice");
        assert!(!ExpectedOwner::Subject.is_met("alice", &machine, claims));
    }
}
