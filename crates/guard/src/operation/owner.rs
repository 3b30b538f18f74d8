//! The owner of an object, and where it is found.

use airside_api::{UrlTemplate, document::scalar};
use airside_policy::{Kind, Principal};
use serde_json::Value;

use super::class::Class;
use crate::{pointer, view::ViewName};

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

    pub(super) fn class(&self) -> Class {
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
