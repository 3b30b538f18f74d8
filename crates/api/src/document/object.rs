//! A path item or an operation, with the fields beside its `$ref`.

use std::collections::HashSet;

use serde_json::Value;

use super::reference::{Node, References};

/// An object, and what it refers to: together they are one, if they do not contradict each other.
pub(super) struct Object<'a> {
    layers: Vec<Node<'a>>,
}

impl<'a> Object<'a> {
    /// Reads an object. OpenAPI 3.1 §4.8.9 leaves open what counts if a field is in both.
    pub(super) fn read(node: Node<'a>, references: &References<'a>) -> Result<Self, String> {
        let object = Self {
            layers: references.chain(node)?,
        };
        if !object.layers.iter().all(|layer| layer.value.is_object()) {
            return Err("it is not an object".to_owned());
        }
        // its members are looked at each time that it is referred to
        references.charge(object.members().count())?;
        let mut seen = HashSet::new();
        if object.layers.len() > 1 {
            for (name, member) in object.members() {
                if !seen.insert(name) && !matches!(name, "summary" | "description") {
                    return Err(match references.is_foreign(member) {
                        false => format!("`{name}` is beside a `$ref` and in what it refers to"),
                        true => "a field is beside a `$ref` and in what it refers to".to_owned(),
                    });
                }
            }
        }
        Ok(object)
    }

    pub(super) fn member(&self, name: &str) -> Option<Node<'a>> {
        self.layers.iter().find_map(|layer| layer.member(name))
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        self.layers.iter().flat_map(|layer| {
            let file = layer.file;
            let members = layer.value.as_object().into_iter().flatten();
            let members = members.filter(|(name, _)| *name != "$ref");
            members.map(move |(name, value): (&'a String, &'a Value)| {
                (name.as_str(), Node { file, value })
            })
        })
    }

    pub(super) fn layers(&self) -> &[Node<'a>] {
        &self.layers
    }
}
