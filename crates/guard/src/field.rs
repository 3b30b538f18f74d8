//! The fields that a request's body may have, and that an answer keeps.

use std::{collections::BTreeMap, fmt};

use airside_api::json_reader::JsonKind;
use serde_json::Value;

use crate::pointer::unescaped;

/// The fields that a body or an answer may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    written: Vec<String>,
    root: FieldTree,
}

/// The fields that are allowed at one place of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldTree {
    /// True if anything is allowed here.
    whole: bool,
    members: BTreeMap<String, FieldTree>,
    /// The fields of every item of a list.
    items: Option<Box<FieldTree>>,
}

impl Fields {
    /// Reads JSON pointers (RFC 6901), in which `*` stands for every item of a list. A pointer allows
    /// its field with everything below it.
    ///
    /// # Errors
    ///
    /// Describes the text that is not a pointer to a field.
    pub(crate) fn parse(pointers: &[String]) -> Result<Self, String> {
        let mut fields = Self::default();
        for pointer in pointers {
            fields.add(pointer)?;
        }
        Ok(fields)
    }

    /// Adds the field of another pointer.
    ///
    /// # Errors
    ///
    /// Describes the text that is not a pointer to a field.
    pub(crate) fn add(&mut self, pointer: &str) -> Result<(), String> {
        let tokens = pointer.strip_prefix('/').ok_or_else(|| {
            format!("`{pointer}` names no field: a field begins with `/`, as in `/amount`")
        })?;
        let mut tree = &mut self.root;
        for token in tokens.split('/') {
            tree = match token {
                "*" => tree.items.get_or_insert_default(),
                token => tree.members.entry(unescaped(token)).or_default(),
            };
        }
        tree.whole = true;
        self.written.push(pointer.to_owned());
        Ok(())
    }

    /// Describes the first field of a body that is not allowed.
    pub(crate) fn surplus(&self, body: &Value) -> Option<String> {
        self.root.surplus(body, "").map(shortened)
    }

    /// Returns true if something in an answer of this kind could be named.
    pub(crate) fn has_form_of(&self, answer: JsonKind) -> bool {
        match answer {
            JsonKind::Object => self.root.items.is_none() || !self.root.members.is_empty(),
            JsonKind::List => self.root.items.is_some() || self.root.members.is_empty(),
            JsonKind::Scalar => false,
        }
    }

    /// Returns the fields that are allowed in the whole document.
    pub(crate) fn tree(&self) -> &FieldTree {
        &self.root
    }
}

impl FieldTree {
    /// Allows everything.
    pub(crate) const WHOLE: &Self = &Self {
        whole: true,
        members: BTreeMap::new(),
        items: None,
    };

    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Returns true if a value of this kind is allowed here, at least in part.
    pub(crate) fn allows(&self, kind: JsonKind) -> bool {
        self.whole
            || match kind {
                JsonKind::Object => self.items.is_none() || !self.members.is_empty(),
                JsonKind::List => self.items.is_some(),
                JsonKind::Scalar => false,
            }
    }

    /// Returns the fields that are allowed in a member.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        match self.whole {
            true => Some(self),
            false => self.members.get(name),
        }
    }

    /// Returns the fields that are allowed in every item.
    pub(crate) fn item(&self) -> Option<&Self> {
        match self.whole {
            true => Some(self),
            false => self.items.as_deref(),
        }
    }

    fn surplus(&self, value: &Value, at: &str) -> Option<String> {
        if self.whole {
            return None;
        }
        match (value, &self.items) {
            (Value::Object(members), items) if items.is_none() || !self.members.is_empty() => {
                members.iter().find_map(|(name, value)| {
                    let at = format!("{at}/{name}");
                    match self.members.get(name) {
                        Some(tree) => tree.surplus(value, &at),
                        None => Some(format!("`{at}`")),
                    }
                })
            }
            (Value::Array(values), Some(tree)) => {
                let at = format!("{at}/*");
                values.iter().find_map(|value| tree.surplus(value, &at))
            }
            _ if at.is_empty() => Some("this form".to_owned()),
            _ => Some(format!("`{at}` in this form")),
        }
    }
}

/// Shortens a name that a caller chose, for answers and reports.
pub(crate) fn shortened(text: String) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.written.is_empty() {
            true => formatter.write_str("nothing"),
            false => write!(formatter, "`{}`", self.written.join("`, `")),
        }
    }
}

const MAX_CHARACTERS: usize = 100;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn surplus(pointers: &[&str], body: &Value) -> Option<String> {
        let pointers: Vec<_> = pointers.iter().map(|one| (*one).to_owned()).collect();
        Fields::parse(&pointers).unwrap().surplus(body)
    }

    #[test]
    fn what_is_named_passes_with_everything_under_it() {
        let named = ["/amount", "/to/iban", "/items/*/id", "/note", "/a~1b"];
        for body in [
            json!({}),
            json!({ "amount": 1, "to": { "iban": "x" }, "items": [{ "id": 1 }, {}], "a/b": 1 }),
            json!({ "amount": null, "to": {}, "items": [] }),
            json!({ "note": { "any": [{ "thing": 1 }] } }),
        ] {
            assert_eq!(surplus(&named, &body), None, "{body}");
        }
        assert_eq!(surplus(&["/*/id"], &json!([{ "id": 1 }])), None);
        assert_eq!(surplus(&["/to", "/to/iban"], &json!({ "to": 1 })), None);
    }

    /// G17
    #[test]
    fn what_is_not_named_is_surplus() {
        let named = ["/amount", "/to/iban", "/items/*/id"];
        for (body, said) in [
            (json!({ "amount": 1, "role": "admin" }), "`/role`"),
            (json!({ "Amount": 1 }), "`/Amount`"),
            (json!({ "to": { "iban": 1, "name": 2 } }), "`/to/name`"),
            (
                json!({ "items": [{ "id": 1 }, { "price": 0 }] }),
                "`/items/*/price`",
            ),
            // another form than the pointers say
            (json!({ "to": "x" }), "`/to` in this form"),
            (json!({ "to": [{ "iban": 1 }] }), "`/to` in this form"),
            (json!({ "to": null }), "`/to` in this form"),
            (
                json!({ "items": { "*": { "id": 1 } } }),
                "`/items` in this form",
            ),
            (
                json!({ "items": { "0": { "id": 1 } } }),
                "`/items` in this form",
            ),
            (json!([{ "amount": 1 }]), "this form"),
            (json!(1), "this form"),
        ] {
            assert_eq!(surplus(&named, &body).as_deref(), Some(said), "{body}");
        }
        assert_eq!(surplus(&[], &json!({ "a": 1 })).as_deref(), Some("`/a`"));
        let long = surplus(&[], &json!({ "é".repeat(500): 1 })).unwrap();
        assert_eq!(long.chars().count(), MAX_CHARACTERS + 1);
    }

    #[test]
    fn a_pointer_names_a_field() {
        for pointer in ["", "amount"] {
            assert!(Fields::parse(&[pointer.to_owned()]).is_err(), "{pointer}");
        }
    }
}
