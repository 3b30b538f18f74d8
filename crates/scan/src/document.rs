//! The operations of an API, as a scan sees them.
//!
//! | module | holds |
//! |---|---|
//! | `address` | the identifiers in an address |
//! | `expectation` | the reason why only some callers should be able to call an operation |
//! | `hint` | the strength of that reason |
//! | `kind` | what an operation does, by its method and its names |
//! | `slot` | the places of a request where the identifier of an object goes |
//! | `presentation` | how a token is presented |

mod address;
mod expectation;
mod hint;
mod kind;
mod presentation;
mod slot;

use std::collections::BTreeSet;

use airside_api::document::{
    self, BodyDetail, DescribedOperation, Detail, Document, Files, Reading, Schema, Security,
};
use http::Method;
use serde_json::Value;

pub use hint::Hint;
pub use kind::Kind;
pub use presentation::Presentation;
pub use slot::{Form, Place, Slot};

use crate::word::{is_verb, kind_of_segment, verb};

/// An API, as its document describes it.
#[derive(Debug)]
pub struct Api {
    /// Its operations.
    pub operations: Vec<Operation>,
    /// The paths of its servers' addresses, which the base URL may lack.
    pub prefixes: Vec<String>,
    /// The way in which tokens are presented, as the document says.
    pub presentation: Presentation,
    /// The entries of the document that cannot be tried, with the reason.
    pub unread: Vec<(String, String)>,
    /// The descriptions of tags, by their names.
    pub tags: Vec<(String, String)>,
    /// The kinds of objects that are named like people and are made like other objects: the customers of a shop's
    /// owner.
    pub things: BTreeSet<String>,
    /// True if it is what a captured session shows: programs send their token also where none is needed.
    pub is_captured: bool,
}

impl Api {
    /// Returns the operations of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(move |one| one.kind == kind)
    }

    /// Returns the operations that make objects; those that write them under an identifier of the caller's own
    /// where nothing else makes such objects.
    pub fn makers(&self) -> impl Iterator<Item = &Operation> {
        let creates = |one: &Operation| one.kind == Kind::Create;
        self.operations.iter().filter(move |one| {
            let same = || {
                self.operations
                    .iter()
                    .filter(|other| other.entity == one.entity)
            };
            creates(one) || one.puts_by_id() && !same().any(creates)
        })
    }

    /// Returns the operations that show something and change nothing.
    pub fn reads(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(|one| one.is_read())
    }
}

/// An operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its position among the operations.
    pub index: usize,
    /// Its method.
    pub method: Method,
    /// Its path as the document writes it.
    pub path: String,
    /// Its request and answers.
    pub detail: Detail,
    /// The statements of the document about its callers.
    pub declared: DeclaredAccess,
    /// The kind of work that it does.
    pub kind: Kind,
    /// The kind of objects that it is about: `order`.
    pub entity: Option<String>,
    /// Its path up to the last identifier: the collection of its objects.
    pub collection: String,
    /// The places for identifiers.
    pub slots: Vec<Slot>,
    /// The reason why only administrators should be able to call it, if there is one.
    pub administrative: Option<String>,
    /// The strength of that reason.
    pub hint: Hint,
    /// The scopes that the document requires.
    pub scopes: Vec<String>,
    /// True if its body was learned from the API, and is not described by the document.
    pub is_body_learned: bool,
}

/// The statements of a document about the callers of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredAccess {
    /// The requirement on a token.
    pub token: DeclaredToken,
    /// True if every caller may touch every object (`x-airside.any_object`).
    pub any_object: bool,
    /// The role that it requires (`x-airside.role`).
    pub role: Option<String>,
}

/// The statement of a document about the token of an operation's caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeclaredToken {
    /// It says nothing about any operation.
    #[default]
    Unspecified,
    /// None is needed.
    Public,
    /// One is needed.
    Required,
}

impl Operation {
    /// Returns its method and path.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns true if a call of it may change something.
    #[must_use]
    pub fn is_write(&self) -> bool {
        match self.method {
            Method::GET | Method::HEAD | Method::OPTIONS => {
                self.path.split('/').any(is_writing_verb)
            }
            _ => true,
        }
    }

    /// Returns the operation with a body that was learned, and the slots in it; `things` are those of the API.
    #[must_use]
    pub fn with_body(&self, schema: Schema, things: &BTreeSet<String>) -> Self {
        let mut detail = self.detail.clone();
        detail.body = Some(BodyDetail {
            media_type: "application/json".to_owned(),
            schema,
            example: None,
            is_required: true,
        });
        let mut slots = slot::slots(&self.path, &detail, self.entity.as_deref(), self.kind);
        slots.iter_mut().for_each(|slot| slot.name_thing(things));
        Self {
            slots,
            detail,
            is_body_learned: true,
            ..self.clone()
        }
    }

    /// Returns true if it shows something and changes nothing.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.kind == Kind::Read && !self.is_write()
    }

    /// Returns the last segment of its path.
    #[must_use]
    pub fn last_segment(&self) -> &str {
        let path = self.path.trim_end_matches('/');
        path.rsplit('/').next().unwrap_or_default()
    }

    /// Returns true if its path ends with an identifier: `/orders/{id}`, `/orders/{id}/` and `/orders/{id}.json`,
    /// and not `/orders/{id}/items` or `/orders/{id}:cancel`.
    #[must_use]
    pub fn ends_with_id(&self) -> bool {
        let behind = self.last_segment().rsplit_once('}');
        behind.is_some_and(|(_, behind)| behind.is_empty() || behind.starts_with('.'))
    }

    /// Returns true if it writes an object under an identifier that the caller may choose (RFC 9110 §9.3.4).
    #[must_use]
    pub fn puts_by_id(&self) -> bool {
        let slot = self.main_slot().filter(|slot| !slot.is_person());
        let is_own = slot.is_some_and(|slot| slot.entities.first() == self.entity.as_ref());
        self.kind == Kind::Update && self.method == Method::PUT && self.ends_with_id() && is_own
    }

    /// Returns the slot that names its object: the last one of its path, else its first.
    #[must_use]
    pub fn main_slot(&self) -> Option<&Slot> {
        self.path_slots().last().or_else(|| self.slots.first())
    }

    /// Returns the slot of its path whose object it is about. A member of a team is a person, and the team is
    /// what it is about.
    #[must_use]
    pub fn target_slot(&self) -> Option<&Slot> {
        let path: Vec<_> = self.path_slots().collect();
        let thing = path.iter().rev().find(|slot| !slot.is_person());
        thing.or(path.last()).copied()
    }

    /// Returns the slots of its path.
    pub fn path_slots(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.place == Place::Path)
    }
}

/// Returns true for a GET that changes something, by its name.
fn is_writing_verb(segment: &str) -> bool {
    WRITING.contains(&verb(segment).as_str())
}

/// Reads the document that is `root` among `files`.
///
/// # Errors
///
/// The reason why the document is not understood, or the files that are missing, in words.
pub fn read(root: &str, files: &Files) -> Result<Api, String> {
    match document::read_detailed(root, files, Some(""))? {
        Reading::Done(document) => Ok(api(document)),
        Reading::Needs(missing) => {
            let missing: Vec<_> = missing.into_iter().collect();
            Err(format!("these files are missing: {}", missing.join(", ")))
        }
    }
}

/// Makes the operations of a detailed document.
#[must_use]
pub fn api(document: Document) -> Api {
    let says_something = document.operations.iter().any(|one| {
        let facts = one.facts.as_ref().ok();
        facts.is_some_and(|facts| !matches!(facts.security, Security::Unspecified))
    });
    let undeclared = match says_something {
        true => DeclaredToken::Public,
        false => DeclaredToken::Unspecified,
    };
    let presentation = Presentation::of(&document);
    let mut operations = Vec::new();
    let mut unread = Vec::new();
    for one in document.operations {
        let name = format!("{} {}", one.method, one.path);
        match described(one, undeclared) {
            Ok(described) => operations.push(described.operation(operations.len())),
            Err(why) => unread.push((name, why)),
        }
    }
    let things = things(&operations);
    for slot in operations.iter_mut().flat_map(|one| &mut one.slots) {
        slot.name_thing(&things);
    }
    let mut api = Api {
        operations,
        things,
        prefixes: prefixes(&document.servers),
        presentation,
        unread,
        tags: document.tags,
        is_captured: false,
    };
    api.expect_roles(&[]);
    api
}

/// Returns the kinds of objects that operations make, but for accounts.
fn things(operations: &[Operation]) -> BTreeSet<String> {
    // the members of a team are people
    let makers = operations
        .iter()
        .filter(|one| one.kind == Kind::Create && !one.path.contains('{'));
    let kinds = makers.filter_map(|one| one.entity.clone());
    kinds.filter(|kind| kind != "user").collect()
}

/// An operation as its document describes it.
struct Described {
    method: Method,
    path: String,
    detail: Detail,
    declared: DeclaredAccess,
    scopes: Vec<String>,
}

/// Reads what a document says about an operation; `undeclared` is what it says where it says nothing.
fn described(one: DescribedOperation, undeclared: DeclaredToken) -> Result<Described, String> {
    let method: Option<Method> = one.method.parse().ok().filter(|_| one.method != "?");
    let (Some(method), Some(detail)) = (method, one.detail) else {
        let why = one.facts.err().or(one.template.err());
        return Err(why.unwrap_or_else(|| "it is not understood".to_owned()));
    };
    if !TRIED.contains(&one.method.as_str()) {
        return Err(format!("{} is not tried", one.method));
    }
    let mut declared = DeclaredAccess {
        token: undeclared,
        ..DeclaredAccess::default()
    };
    let mut scopes = Vec::new();
    if let Ok(facts) = &one.facts {
        if let Security::Alternatives(all) = &facts.security
            && !all.is_empty()
            && all.iter().all(|one| !one.is_empty())
        {
            declared.token = DeclaredToken::Required;
            scopes.extend(all.iter().flatten().flat_map(|one| one.scopes.clone()));
        }
        if let Some(extension) = &facts.extension {
            extend(
                &mut declared,
                &extension.value,
                detail.description.as_deref(),
            );
        }
    }
    Ok(Described {
        method,
        path: one.path,
        detail: *detail,
        declared,
        scopes,
    })
}

/// Takes over the declarations of a guard or the library.
fn extend(declared: &mut DeclaredAccess, extension: &Value, rule: Option<&str>) {
    if extension.get("public").is_some() {
        declared.token = DeclaredToken::Public;
    }
    // the library leaves rules about objects to the API itself, and says so in `x-airside-rule`
    declared.any_object = extension.get("any_object") == Some(&Value::Bool(true))
        && !rule.is_some_and(|rule| rule.contains("owner"));
    declared.role = match extension.get("role") {
        Some(Value::String(role)) => Some(role.clone()),
        Some(Value::Array(roles)) => roles.first().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
}

impl Described {
    fn operation(self, index: usize) -> Operation {
        let segments: Vec<&str> = self.path.split('/').filter(|one| !one.is_empty()).collect();
        let kind = Kind::of(&self.method, &self.path, &self.detail);
        let entity = match kind {
            Kind::Register => Some("user".to_owned()),
            _ => entity(&segments),
        };
        Operation {
            index,
            kind,
            collection: format!("/{}", collection(&segments)),
            slots: slot::slots(&self.path, &self.detail, entity.as_deref(), kind),
            entity,
            administrative: None,
            hint: Hint::default(),
            scopes: self.scopes,
            is_body_learned: false,
            method: self.method,
            path: self.path,
            detail: self.detail,
            declared: self.declared,
        }
    }
}

/// Returns the path up to the last identifier; without one, all of it but verbs.
fn collection(segments: &[&str]) -> String {
    match segments.iter().rposition(|one| one.starts_with('{')) {
        Some(at) => segments.get(..at).unwrap_or_default().join("/"),
        None => {
            let nouns = segments.iter().filter(|one| !is_verb(one));
            nouns.copied().collect::<Vec<_>>().join("/")
        }
    }
}

/// Returns the kind of objects that a path is about: its last noun.
fn entity(segments: &[&str]) -> Option<String> {
    let nouns = segments
        .iter()
        .filter(|one| !one.starts_with('{') && !is_verb(one));
    nouns.rev().find_map(|one| kind_of_segment(one))
}

/// Returns the paths of servers' addresses.
fn prefixes(servers: &[String]) -> Vec<String> {
    let mut prefixes = Vec::new();
    for server in servers {
        let path = match server.split_once("://") {
            Some((_, behind)) => behind.find('/').and_then(|at| behind.get(at..)),
            None => Some(server.as_str()),
        };
        let path = path.unwrap_or_default().trim_end_matches('/');
        let is_plain = path.starts_with('/') && !path.contains(['{', '?', '#']);
        if is_plain && !prefixes.iter().any(|one| one == path) {
            prefixes.push(path.to_owned());
        }
    }
    prefixes
}

const TRIED: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Verbs that begin a segment of a path whose GET changes something.
const WRITING: [&str; 12] = [
    "delete",
    "remove",
    "destroy",
    "update",
    "create",
    "add",
    "edit",
    "cancel",
    "approve",
    "reject",
    "activate",
    "deactivate",
];

#[cfg(test)]
pub(crate) mod tests;
