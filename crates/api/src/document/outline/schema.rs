//! Owners in the schemas of an answer or a body.

use std::cell::Cell;

use serde_json::Value;

use super::super::reference::{Node, References};
use crate::owner_name::{is_id, owner_rank};

/// The schemas of one operation, of which a bounded number is read.
pub(super) struct Schemas<'r, 'a> {
    references: &'r References<'a>,
    left: Cell<usize>,
}

/// A list in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    /// A JSON pointer to the list.
    pub list: String,
    /// A JSON pointer to the owner in an item.
    pub field: String,
}

/// The shape of the values of a schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A text or an integer.
    Name,
    Object,
    List,
    Other,
}

impl<'r, 'a> Schemas<'r, 'a> {
    pub(super) fn new(references: &'r References<'a>) -> Self {
        Self {
            references,
            left: Cell::new(MAX_SCHEMAS),
        }
    }

    /// Returns a pointer to the owner in an answer, whose object may be wrapped in others.
    pub(super) fn owner_in_answer(&self, schema: Node<'a>) -> Option<String> {
        self.owner(schema, MAX_WRAPPERS)
    }

    /// Returns a pointer to the owner in a body.
    pub(super) fn owner_in_body(&self, schema: Node<'a>) -> Option<String> {
        self.owner(schema, 0)
    }

    /// Returns the list in an answer whose items have owners.
    pub(super) fn items_in_answer(&self, schema: Node<'a>) -> Option<Items> {
        self.items(schema, MAX_WRAPPERS)
    }

    /// Returns a pointer to the owner in an object with at most `wrappers` objects around it.
    fn owner(&self, schema: Node<'a>, wrappers: usize) -> Option<String> {
        let members = self.members(schema);
        let ranked = members.iter().filter_map(|(name, member)| {
            let rank = owner_rank(name)?;
            Some((rank, self.name_in(name, *member)?))
        });
        if let Some((_, pointer)) = ranked.min() {
            return Some(pointer);
        }
        let rest = wrappers.checked_sub(1)?;
        self.wrapped(&members, |name, member| {
            let inner = self.owner(member, rest)?;
            Some(format!("{}{inner}", pointer(name)))
        })
    }

    /// Returns the list whose items have owners.
    fn items(&self, schema: Node<'a>, wrappers: usize) -> Option<Items> {
        if let Some(field) = self.field_of_items(schema) {
            let list = String::new();
            return Some(Items { list, field });
        }
        let members = self.members(schema);
        if members.iter().any(|(name, _)| is_id(name)) {
            return None;
        }
        let below = |name: &str, Items { list, field }| Items {
            list: format!("{}{list}", pointer(name)),
            field,
        };
        let mut found = members.iter().filter_map(|(name, member)| {
            let field = self.field_of_items(*member)?;
            let list = String::new();
            Some(below(name, Items { list, field }))
        });
        if let Some(items) = found.next() {
            return Some(items);
        }
        let rest = wrappers.checked_sub(1)?;
        self.wrapped(&members, |name, member| {
            Some(below(name, self.items(member, rest)?))
        })
    }

    /// Finds something in one of the objects among these members, unless they belong to an object with
    /// an id.
    fn wrapped<T>(
        &self,
        members: &[(&'a str, Node<'a>)],
        find: impl Fn(&str, Node<'a>) -> Option<T>,
    ) -> Option<T> {
        if members.iter().any(|(name, _)| is_id(name)) {
            return None;
        }
        let objects = members.iter();
        let mut objects = objects.filter(|(_, member)| self.shape(*member) == Shape::Object);
        objects.find_map(|(name, member)| find(name, *member))
    }

    /// Returns a pointer to the owner in the items of a list.
    fn field_of_items(&self, schema: Node<'a>) -> Option<String> {
        let schema = self.follow(schema)?;
        if self.shape(schema) != Shape::List {
            return None;
        }
        self.owner(schema.member("items")?, 0)
    }

    /// Returns a pointer to the identifier that a member is, or to the one in it.
    fn name_in(&self, name: &str, member: Node<'a>) -> Option<String> {
        match self.shape(member) {
            Shape::Name => Some(pointer(name)),
            Shape::Object => {
                let members = self.members(member);
                let mut members = members.iter();
                let (id, _) = members
                    .find(|(name, member)| is_id(name) && self.shape(*member) == Shape::Name)?;
                Some(format!("{}{}", pointer(name), pointer(id)))
            }
            Shape::List | Shape::Other => None,
        }
    }

    /// Returns the members of an object, including those of its parts.
    fn members(&self, schema: Node<'a>) -> Vec<(&'a str, Node<'a>)> {
        let mut members = Vec::new();
        let mut schemas = vec![schema];
        while let Some(schema) = schemas.pop() {
            let Some(schema) = self.follow(schema) else {
                continue;
            };
            if let Some(node) = schema.member("properties") {
                let own = node.value.as_object().into_iter().flatten();
                let own = own.take(self.left.get());
                let before = members.len();
                members.extend(own.map(|(name, value)| (name.as_str(), Node { value, ..node })));
                self.charge(members.len() - before);
            }
            schemas.extend(parts(schema));
        }
        members
    }

    fn shape(&self, schema: Node<'a>) -> Shape {
        self.shape_of(schema, MAX_PARTS)
    }

    /// Returns the shape of a schema whose parts have at most `depth` levels.
    fn shape_of(&self, schema: Node<'a>, depth: usize) -> Shape {
        let (Some(schema), Some(depth)) = (self.follow(schema), depth.checked_sub(1)) else {
            return Shape::Other;
        };
        let kind = match schema.value.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().find(|kind| **kind != "null"),
            kind => kind,
        };
        match kind.and_then(Value::as_str) {
            Some("string" | "integer") => Shape::Name,
            Some("array") => Shape::List,
            Some("object") => Shape::Object,
            Some(_) => Shape::Other,
            None if schema.value.get("properties").is_some() => Shape::Object,
            None if schema.value.get("items").is_some() => Shape::List,
            None => {
                let parts = parts(schema).into_iter();
                let mut shapes = parts.map(|part| self.shape_of(part, depth));
                shapes
                    .find(|shape| *shape != Shape::Other)
                    .unwrap_or(Shape::Other)
            }
        }
    }

    fn follow(&self, schema: Node<'a>) -> Option<Node<'a>> {
        if self.left.get() == 0 {
            return None;
        }
        self.charge(1);
        self.references.charge(1).ok()?;
        self.references.follow(schema).ok()
    }

    fn charge(&self, schemas: usize) {
        self.left.set(self.left.get().saturating_sub(schemas));
    }
}

/// Returns the parts of a schema: all of `allOf`, and the only schema of `anyOf` or `oneOf` beside null.
fn parts(schema: Node<'_>) -> Vec<Node<'_>> {
    let list = |name: &str| {
        let list = schema.value.get(name).and_then(Value::as_array);
        list.map_or(&[][..], Vec::as_slice)
    };
    let mut parts: Vec<_> = list("allOf").iter().collect();
    for name in ["anyOf", "oneOf"] {
        let is_some = |value: &&Value| value.get("type").is_none_or(|kind| kind != "null");
        let others: Vec<_> = list(name).iter().filter(is_some).collect();
        if let [one] = others.as_slice() {
            parts.push(*one);
        }
    }
    let parts = parts.into_iter();
    parts.map(|value| Node { value, ..schema }).collect()
}

/// Returns a JSON pointer to a member (RFC 6901 §3).
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The maximum number of schemas of one operation.
const MAX_SCHEMAS: usize = 2_000;

/// The maximum number of levels of `allOf` and its like.
const MAX_PARTS: usize = 10;

/// The maximum number of objects around an object, such as `data`.
const MAX_WRAPPERS: usize = 2;
