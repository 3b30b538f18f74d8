//! A place of a request where the identifier of an object goes.

use std::collections::BTreeSet;

use super::name::{person, unique};
use crate::word::{is_id_name, singular, words};

/// A place of a request where the identifier of an object goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The part of the request.
    pub place: Place,
    /// The name of the parameter, or the JSON pointer in the body.
    pub name: String,
    /// The kinds of objects that it could identify, the likeliest first.
    pub entities: Vec<String>,
    /// The identifying field of the object, as its words joined: `id`, `title`.
    pub field: String,
    /// True if a request must have it.
    pub is_required: bool,
    /// The number of identifiers that it takes, and how they are written.
    pub form: Form,
}

/// The number of identifiers that a place takes, and how they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// One identifier.
    #[default]
    One,
    /// A list in a body; the name of the slot is that of its first item: `/ids/0`.
    List,
    /// One value with commas between the identifiers.
    Commas,
    /// A parameter of the query for each identifier.
    Repeated,
}

/// A part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A parameter of the path.
    Path,
    /// A parameter of the query.
    Query,
    /// A header.
    Header,
    /// A member of the body.
    Body,
}

impl Slot {
    /// Returns the names of fields that could hold the identifier, the likeliest first.
    #[must_use]
    pub fn field_names(&self) -> Vec<String> {
        let of_entities = |field: &str| {
            let names = self
                .entities
                .iter()
                .map(|entity| format!("{entity}{field}"));
            names.collect::<Vec<_>>()
        };
        let texts = |names: &[&str]| names.iter().map(|one| (*one).to_owned()).collect();
        let is_plain_id = matches!(
            self.field.as_str(),
            "" | "id" | "uuid" | "guid" | "pk" | "oid"
        );
        let mut all = vec![vec![self.short_name()], of_entities(&self.field)];
        all.push(vec![self.field.clone()]);
        if is_plain_id {
            all.push(of_entities("id"));
            all.push(texts(&["id", "uuid", "guid", "pk", "oid", "key", "slug"]));
            all.push(of_entities("uuid"));
        }
        if self.field.is_empty() {
            all.push(texts(&["username", "name", "email", "code", "number"]));
        }
        if self.is_ambient() {
            all.extend(self.owner_names());
        }
        unique(all.concat())
    }

    /// Returns the names of members in which an account has what it acts for: `tenant`, `org_slug`.
    fn owner_names(&self) -> impl Iterator<Item = Vec<String>> {
        let is_organization = |one: &String| ORGANIZATIONS.contains(&one.as_str());
        let same = ORGANIZATIONS.iter().map(|one| (*one).to_owned());
        let same = same.filter(|_| self.entities.iter().any(is_organization));
        let entities: Vec<String> = self.entities.iter().cloned().chain(same).collect();
        ["", "id", "slug", "key", "code"]
            .into_iter()
            .map(move |field| {
                let names = entities.iter().map(|entity| format!("{entity}{field}"));
                names.collect()
            })
    }

    /// Returns true if it names a person.
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.entities.iter().any(|one| one == "user")
    }

    /// Takes a name like that of a person for what it is: the name of an object, of one of these kinds.
    pub(in crate::document) fn name_thing(&mut self, things: &BTreeSet<String>) {
        let mut words = words(last_name(&self.name));
        if words.len() > 1 && words.last().is_some_and(|last| is_id_name(last)) {
            words.pop();
        }
        // `customer_order_id` is an order, and below `/customers` an `id` is a customer's
        let named = words.last().map(|word| singular(word));
        let named = named.as_ref().into_iter().chain(self.entities.first());
        let mut named = named.filter(|word| person(word) == "user" && things.contains(*word));
        if let Some(thing) = named.next().cloned() {
            self.entities.retain(|one| one != "user" && *one != thing);
            self.entities.insert(0, thing);
        }
    }

    /// Returns the name of the parameter or member, as its words joined.
    #[must_use]
    pub fn short_name(&self) -> String {
        let mut words = words(last_name(&self.name));
        // `X-Tenant-Id`
        words.retain(|word| self.place != Place::Header || word != "x");
        words.concat()
    }

    /// Returns the name of the place for one more identifier behind those that it has: `/ids/1`.
    #[must_use]
    pub fn name_at(&self, position: usize) -> Option<String> {
        match self.form {
            Form::One => None,
            Form::Commas | Form::Repeated => Some(format!("{}/{position}", self.name)),
            Form::List => {
                let (before, behind) = self.name.rsplit_once("/0")?;
                Some(format!("{before}/{position}{behind}"))
            }
        }
    }

    /// Returns true if it names the caller or what the caller acts for, and the request as a whole.
    #[must_use]
    pub fn is_ambient(&self) -> bool {
        self.place == Place::Header
    }
}

/// Returns the last name of a JSON pointer that is not a position in a list.
pub(super) fn last_name(pointer: &str) -> &str {
    let mut names = pointer.rsplit('/').filter(|one| !is_position(one));
    names.next().unwrap_or_default()
}

/// Returns true for the position of an item in a list.
pub(super) fn is_position(name: &str) -> bool {
    name == "0"
}

/// Names for one kind of owner.
const ORGANIZATIONS: [&str; 3] = ["org", "organization", "organisation"];
