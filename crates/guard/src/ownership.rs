//! The error of an object that is not the caller's.

use serde_json::{Map, Value};

use airside_policy::{Kind, Principal};

use crate::operation::{ExpectedOwner, Owner, Source, View};

/// An object is not the caller's, or does not exist: for the log and for an explanation. A caller gets
/// the same 404 for each. The error never contains a value of the request, the answer or the database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum OwnershipError {
    /// It has another owner.
    #[error("the object has another owner than the caller")]
    OtherOwner,
    /// It has an owner that cannot equal the claim.
    #[error("the object's owner is a number, and `{0}` of the token is not")]
    OtherKind(String),
    /// A machine owns nothing.
    #[error("the caller is a machine, which owns nothing")]
    Machine,
    /// The token lacks the claim that the owner is compared with.
    #[error("the token has no `{0}` that is text, with which the owner is compared")]
    NoClaim(String),
    /// No owner was found; the text says where it was looked for.
    #[error("{0}")]
    NoOwner(String),
    /// The API has no such object.
    #[error("the API answered that there is no such object (404 or 410)")]
    NoObject,
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

impl OwnershipError {
    /// Returns the error for a value that is not the caller's.
    pub(crate) fn of_value(
        value: &str,
        expected: &ExpectedOwner,
        principal: &Principal,
        claims: &Map<String, Value>,
    ) -> Self {
        let (name, own) = match expected {
            ExpectedOwner::Subject if principal.kind != Kind::User => return Self::Machine,
            ExpectedOwner::Subject => ("sub", Some(principal.subject.as_str())),
            ExpectedOwner::Claim(name) if name == "client_id" => return Self::OtherOwner,
            ExpectedOwner::Claim(name) => (name.as_str(), claims.get(name).and_then(Value::as_str)),
            ExpectedOwner::OneOf(pointer) => {
                let listed = ExpectedOwner::listed(pointer, claims).next();
                return listed.map_or_else(|| Self::NoClaim(pointer.clone()), |_| Self::OtherOwner);
            }
        };
        match own {
            None => Self::NoClaim(name.to_owned()),
            Some(own) if is_number(value) && !is_number(own) => Self::OtherKind(name.to_owned()),
            Some(_) => Self::OtherOwner,
        }
    }

    /// Returns the error for an owner that was not found where the rule has it.
    pub(crate) fn no_owner(owner: &Owner) -> Self {
        Self::NoOwner(match owner {
            Owner::Request(source, _) => {
                format!("{source} is missing, empty or has blanks around it")
            }
            Owner::Answer(pointer, _) => {
                format!("the answer has no `{pointer}` that is text or an integer")
            }
            Owner::Lookup(lookup, _) => {
                let pointer = &lookup.pointer;
                format!("what the look-up answered has no `{pointer}` that is text or an integer")
            }
            Owner::View(view, _) => Self::no_row(view),
            Owner::Any | Owner::Items { .. } => "the object has no owner".to_owned(),
        })
    }

    /// Returns the error for a look-up that was not made, because a value of its address is invalid.
    pub(crate) fn no_question(owner: &Owner) -> Self {
        let mut names = owner.sources().map(Source::to_string);
        let names = names.next().unwrap_or_default();
        Self::NoOwner(format!(
            "{names} is empty, or could be read in two ways in the look-up"
        ))
    }

    fn no_row(view: &View) -> String {
        let View { name, key } = view;
        format!(
            "`{name}` has no single row whose `id` is {key}, in the database's spelling and with an owner"
        )
    }
}
