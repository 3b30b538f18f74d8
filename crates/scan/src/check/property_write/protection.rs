//! The proof that callers may not set a property.
//!
//! A privileged name alone proves nothing: a `status` or a `price` may be the caller's to set, although no
//! document says so.

use std::{collections::BTreeMap, fmt};

use airside_api::document::Schema;
use serde_json::Value;

use crate::{
    document::{Api, Operation},
    request::body_schema,
    word::{folded, is_id_name, kind_of_segment, words},
};

/// The reason why a property is not the caller's to set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// The document marks it `readOnly`.
    ReadOnly,
    /// The request's schema is closed and lacks it.
    Closed,
    /// Answers have it, requests do not, and it gives rights, money or ownership.
    OnlyInAnswers,
    /// An operation of administrators sets it, and refuses the attacker.
    RefusedAt(String),
}

impl fmt::Display for Protection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly => formatter.write_str("the document marks it `readOnly`"),
            Self::Closed => formatter.write_str("the document takes no other members"),
            Self::OnlyInAnswers => {
                formatter.write_str("the document has it in answers and not in the request")
            }
            Self::RefusedAt(operation) => {
                write!(formatter, "`{operation}` refuses callers who set it")
            }
        }
    }
}

/// Finds the reason why callers may not set a property; `is_refused` says of an operation of
/// administrators, by its position, whether it refused the attacker.
pub(super) fn protection(
    api: &Api,
    operation: &Operation,
    (name, value): (&str, &Value),
    is_refused: impl Fn(usize) -> bool,
) -> Option<Protection> {
    let request = body_schema(operation, None);
    let requested = request.as_ref().and_then(|schema| member(schema, name));
    let answered = answered(api, operation, name);
    if [requested, answered]
        .into_iter()
        .flatten()
        .any(|one| one.is_read_only)
    {
        return Some(Protection::ReadOnly);
    }
    if let Some(setter) = setter(api, name).filter(|one| is_refused(one.index)) {
        return Some(Protection::RefusedAt(setter.name()));
    }
    let is_described = !operation.is_body_learned;
    let described = request.filter(|schema| is_described && !schema.properties.is_empty())?;
    if requested_in(&described, name) {
        return None;
    }
    if described.is_closed {
        return Some(Protection::Closed);
    }
    // a document that describes no answer leaves it to the answers themselves, which have the property
    let is_in_answers = answered.is_some() || !describes_answers(api, operation);
    (is_in_answers && gives_rights(name, value)).then_some(Protection::OnlyInAnswers)
}

/// Returns the members that the document marks `readOnly` in the request or in answers that show such objects, by
/// their names as words joined.
pub(super) fn read_only(api: &Api, operation: &Operation) -> BTreeMap<String, Schema> {
    let mut found = BTreeMap::new();
    let request = body_schema(operation, None);
    let schemas = request.iter().chain(answers(api, operation));
    schemas.for_each(|schema| add_read_only(schema, &mut found));
    found
}

fn add_read_only(schema: &Schema, found: &mut BTreeMap<String, Schema>) {
    for (name, member) in &schema.properties {
        if member.is_read_only {
            found.entry(folded(name)).or_insert_with(|| member.clone());
        }
        add_read_only(member, found);
    }
    if let Some(items) = &schema.items {
        add_read_only(items, found);
    }
}

fn requested_in(schema: &Schema, name: &str) -> bool {
    member(schema, name).is_some()
}

/// Finds a member by its name, however deep.
fn member<'a>(schema: &'a Schema, name: &str) -> Option<&'a Schema> {
    let mut own = schema.properties.iter();
    let found = own.find(|(other, _)| folded(other) == folded(name));
    let deeper = || {
        let members = schema.properties.iter().map(|(_, member)| member);
        let mut members = members.chain(schema.items.as_deref());
        members.find_map(|one| member(one, name))
    };
    found.map(|(_, member)| member).or_else(deeper)
}

/// Returns the schemas of the answers that show such objects.
fn answers<'a>(api: &'a Api, operation: &'a Operation) -> impl Iterator<Item = &'a Schema> {
    let same = api.operations.iter().filter(move |one| {
        one.path == operation.path || one.entity.is_some() && one.entity == operation.entity
    });
    same.flat_map(|one| &one.detail.answers)
        .filter(|(status, _)| status.starts_with('2') || status == "default")
        .filter_map(|(_, schema)| schema.as_ref())
}

fn answered<'a>(api: &'a Api, operation: &'a Operation, name: &str) -> Option<&'a Schema> {
    answers(api, operation).find_map(|schema| member(schema, name))
}

fn describes_answers(api: &Api, operation: &Operation) -> bool {
    answers(api, operation).any(|schema| !schema.properties.is_empty() || schema.items.is_some())
}

/// Returns the operation of administrators that sets a property: its body has it, or its path ends with it.
fn setter<'a>(api: &'a Api, name: &str) -> Option<&'a Operation> {
    let mut writes = api
        .operations
        .iter()
        .filter(|one| one.is_write() && one.administrative.is_some());
    writes.find(|one| {
        let body = one.detail.body.as_ref();
        let last = one.last_segment();
        body.is_some_and(|body| requested_in(&body.schema, name))
            || kind_of_segment(last).is_some_and(|kind| kind == folded(name))
    })
}

/// Returns true if a value gives rights, money or ownership wherever it occurs.
fn gives_rights(name: &str, value: &Value) -> bool {
    let is_owner = is_id_name(name) && !value.is_boolean();
    is_owner
        || words(name)
            .iter()
            .any(|word| RIGHTS.contains(&word.as_str()))
}

/// Words of names whose values are rights, money or ownership. A `status`, a `price` or a `level` may be
/// anybody's.
const RIGHTS: [&str; 30] = [
    "admin",
    "administrator",
    "role",
    "roles",
    "superuser",
    "staff",
    "moderator",
    "permission",
    "permissions",
    "privilege",
    "privileges",
    "balance",
    "credit",
    "wallet",
    "paid",
    "verified",
    "approved",
    "owner",
    "author",
    "creator",
    "uploader",
    "sender",
    "customer",
    "tenant",
    "seller",
    "host",
    "vendor",
    "merchant",
    "publisher",
    "holder",
];

#[cfg(test)]
mod tests;
