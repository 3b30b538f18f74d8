//! The slots of a body: its members, those of objects in it, and the items of lists.

use airside_api::document::Schema;

use super::{
    model::{Form, Place, Slot, is_position, last_name},
    reference::{is_plural_id, is_reference, slot},
};
use crate::{
    tree::is_wrapper,
    word::{KNOWN_KINDS, folded, kind_of_segment, singular, words},
};

/// Finds the slots of a body of an operation that is about objects of a kind.
pub(super) fn body_slots(schema: &Schema, entity: Option<&str>, slots: &mut Vec<Slot>) {
    let top = Part {
        schema,
        pointer: String::new(),
        is_required: true,
    };
    top.add_to(slots, entity);
}

/// A part of a body.
struct Part<'a> {
    schema: &'a Schema,
    /// Its JSON pointer; an item of a list is at `0`.
    pointer: String,
    is_required: bool,
}

impl<'a> Part<'a> {
    fn add_to(&self, slots: &mut Vec<Slot>, entity: Option<&str>) {
        let depth = self.names().count();
        if depth > MAX_DEPTH || slots.len() > MAX_SLOTS || self.schema.is_read_only {
            return;
        }
        if let Some(found) = self.slot(entity) {
            slots.push(found);
            return;
        }
        for part in self.parts() {
            part.add_to(slots, entity);
        }
    }

    /// Returns the members of an object, or the item of a list.
    fn parts(&self) -> Vec<Part<'a>> {
        let item = self.schema.items.as_deref().map(|schema| Part {
            schema,
            pointer: format!("{}/0", self.pointer),
            is_required: self.is_required,
        });
        let members = self.schema.properties.iter().map(|(name, schema)| Part {
            schema,
            pointer: format!(
                "{}/{}",
                self.pointer,
                name.replace('~', "~0").replace('/', "~1")
            ),
            is_required: self.schema.required.contains(name),
        });
        item.into_iter().chain(members).collect()
    }

    /// Returns the slot that the part itself is, if it refers to an object.
    fn slot(&self, entity: Option<&str>) -> Option<Slot> {
        let is_scalar = self.schema.properties.is_empty() && self.schema.items.is_none();
        let is_free = self.schema.values.is_empty() && !self.schema.is("boolean");
        if self.pointer.is_empty() || !is_scalar || !is_free {
            return None;
        }
        let name = last_name(&self.pointer);
        let is_item = self.pointer.ends_with("/0");
        let is_reference = match is_item {
            true => self.is_listed_id(name, entity),
            false => {
                is_reference(name, Place::Body)
                    || self.is_required && names_person(name, self.schema)
            }
        };
        let near = near(&self.pointer, entity);
        let found = slot(
            Place::Body,
            &self.pointer,
            near.as_deref(),
            self.is_required,
        );
        let is_list = self.pointer.split('/').any(is_position);
        // people in a list are those who get or do something, unless the operation is about people
        let is_kept = is_reference && !(is_list && found.is_person() && entity != Some("user"));
        is_kept.then_some(Slot {
            form: match is_list {
                true => Form::List,
                false => Form::One,
            },
            ..found
        })
    }

    /// Returns true if an item of a list is the identifier of an object: by the name of the list, or because the
    /// body is nothing but the list.
    fn is_listed_id(&self, name: &str, entity: Option<&str>) -> bool {
        let kind = singular(&folded(name));
        let is_kind = Some(kind.as_str()) == entity || KNOWN_KINDS.contains(&kind.as_str());
        let is_id = self.schema.format.as_deref() == Some("uuid") || self.schema.is("integer");
        let is_plural = words(name).last().is_some_and(|last| is_plural_id(last));
        name.is_empty() && entity.is_some() || is_plural || is_kind && is_id
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        names(&self.pointer)
    }
}

/// Returns the names in a JSON pointer without positions in lists.
fn names(pointer: &str) -> impl Iterator<Item = &str> {
    let names = pointer.split('/').skip(1);
    names.filter(|one| !is_position(one))
}

/// Returns true if a member names a person that the new object is about: `patient` of a prescription. A document
/// that has a value for it names somebody else.
fn names_person(name: &str, member: &Schema) -> bool {
    let is_scalar = member.properties.is_empty() && member.items.is_none();
    let has_value = member.default.is_some() || member.example.is_some();
    let is_free = member.values.is_empty() && member.format.is_none() && !has_value;
    is_scalar && is_free && SUBJECTS.contains(&folded(name).as_str())
}

/// Returns the kind of object that a bare `id` identifies: below the top it is that of the object around it.
fn near(pointer: &str, entity: Option<&str>) -> Option<String> {
    let names: Vec<&str> = names(pointer).collect();
    let Some((name, around)) = names.split_last() else {
        return entity.map(str::to_owned);
    };
    let is_bare = matches!(singular(&folded(name)).as_str(), "id" | "uuid" | "guid");
    let mut around = around.iter().rev();
    match around.find(|one| !is_wrapper(one) && !is_part_of_resource(one)) {
        _ if !is_bare => None,
        None => entity.map(str::to_owned),
        Some(around) => kind_of_segment(around),
    }
}

/// Returns true for the members of a resource that name no object themselves (JSON:API 1.1, "Resource Objects").
fn is_part_of_resource(name: &str) -> bool {
    matches!(name, "attributes" | "relationships")
}

/// Names of people that an object is about, and not of those who make or answer for it.
const SUBJECTS: [&str; 9] = [
    "patient",
    "customer",
    "member",
    "student",
    "employee",
    "rider",
    "player",
    "subscriber",
    "buyer",
];

/// That of `/data/relationships/customer/data/id`.
const MAX_DEPTH: usize = 5;
const MAX_SLOTS: usize = 12;
