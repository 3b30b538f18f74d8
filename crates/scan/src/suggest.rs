//! Guard rules that close what was found.
//!
//! | module | holds |
//! |---|---|
//! | `answer` | owners in answers |
//! | `lookup` | the line of a rule that looks an owner up |
//! | `owner` | the line of a rule that says whose an object is |
//! | `show` | the line of a rule with the members that an answer keeps |

mod answer;
mod lookup;
mod owner;
mod show;

use airside_api::plain::toml_string;

use self::{owner::owner, show::show};
use crate::{
    check::Hole,
    document::{Hint, Operation},
    identity::rank,
    report::model::Class,
    request::body_schema,
    session::Session,
};

/// Returns the rule of `guard.toml` that closes a finding. A rule names a claim only if the victim's token
/// has it with the value that the object has; where none does, `owner` is left as a comment to be completed,
/// and the rule lets nobody in until then. No rule ends a token.
#[must_use]
pub(crate) fn rule(session: &Session, hole: &Hole, operation: &Operation) -> Option<String> {
    if hole.attempt.class == Class::Session {
        return None;
    }
    let mut lines = vec![
        "[[operation]]".to_owned(),
        format!("match = {}", toml_string(&operation.name())),
    ];
    match hole.attempt.class {
        Class::Function => lines.extend(for_role(session, operation)),
        Class::Authentication if operation.administrative.is_some() => {
            lines.extend(for_role(session, operation));
        }
        Class::PropertyWrite => {
            lines.push("any_token = true".to_owned());
            let owner = owner(session, hole, operation);
            lines.extend(owner.or_else(|| any_object(operation)));
            lines.push(fields(operation));
        }
        Class::PropertyRead => {
            lines.push("any_token = true".to_owned());
            lines.extend(any_object(operation));
            lines.push(show(operation));
        }
        _ => lines.extend(owned(owner(session, hole, operation), operation)),
    }
    Some(lines.join("\n") + "\n")
}

/// Returns the lines of a rule for an object's owner. Without one, a path with a parameter lets nobody in, and
/// another path needs a role that nobody has.
fn owned(owner: Option<String>, operation: &Operation) -> Vec<String> {
    let mut lines = match (&owner, operation.path.contains('{')) {
        (None, false) => vec!["role = \"nobody\"".to_owned()],
        _ => vec!["any_token = true".to_owned()],
    };
    lines.extend(
        owner
            .unwrap_or_else(|| UNKNOWN.to_owned())
            .lines()
            .map(str::to_owned),
    );
    lines
}

/// Returns the line without which a path with a parameter lets nobody in: whose object it is does not matter
/// to this finding.
fn any_object(operation: &Operation) -> Option<String> {
    let line = "any_object = true".to_owned();
    Some(line).filter(|_| operation.path.contains('{'))
}

fn for_role(session: &Session, operation: &Operation) -> Vec<String> {
    let role = format!("role = {}", toml_string(&role(session, operation)));
    let lines = [role].into_iter().chain(any_object(operation));
    lines.collect()
}

/// Returns the role that may call a function: the one that the document requires, else that of a caller who was
/// answered by it, else that of a caller with more rights than others.
fn role(session: &Session, operation: &Operation) -> String {
    let required = operation.declared.role.as_ref();
    if let Some(role) = required.or(operation.detail.roles.first()) {
        return role.clone();
    }
    let administrators = session.administrators();
    let of = |index: usize| session.identity(index).and_then(|one| one.role.clone());
    let log = session.probe.log();
    let is_answered = |index: &&usize| {
        let mut own = log.iter().filter(|one| one.caller == Some(**index));
        own.any(|one| one.request.operation == operation.index && one.answer.is_accepted())
    };
    let answered = administrators.iter().filter(is_answered);
    let mut roles: Vec<_> = answered.filter_map(|index| of(*index)).collect();
    roles.sort_by_key(|role| rank(Some(role)));
    // an open function answers all of them: a name such as `/ops` is rather that of a lesser one
    let likeliest = match operation.hint {
        Hint::Declared => roles.pop(),
        _ => roles.into_iter().next(),
    };
    let known = likeliest.or_else(|| administrators.iter().find_map(|index| of(*index)));
    known.unwrap_or_else(|| "admin".to_owned())
}

/// Returns the line with the members that a body may have, as the document says.
fn fields(operation: &Operation) -> String {
    let schema = body_schema(operation, None).unwrap_or_default();
    let members = schema
        .properties
        .iter()
        .filter(|(name, member)| !member.is_read_only && !is_undeclared(operation, name));
    let members: Vec<_> = members
        .map(|(name, _)| toml_string(&format!("/{name}")))
        .collect();
    format!("body_fields = [{}]", members.join(", "))
}

fn is_undeclared(operation: &Operation, name: &str) -> bool {
    let declared = operation.detail.body.as_ref().map(|body| &body.schema);
    declared.is_some_and(|schema| !schema.properties.is_empty() && schema.property(name).is_none())
}

const UNKNOWN: &str =
    "# owner = { … }   # say how the owner is known: no claim of the token is in the object";
