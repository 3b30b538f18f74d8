//! Schemas with their references followed, for programs that make requests.
//!
//! Anything that is not understood is left out. A schema that refers to itself ends at a depth.

use std::collections::BTreeSet;

use serde_json::Value;

use super::reference::{Node, References};

/// A schema, as far as values can be made by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// The name of the component that a reference leads to.
    pub name: Option<String>,
    /// Its types; empty if it names none. `null` is among them if a value may be null.
    pub types: Vec<String>,
    /// Its `format`.
    pub format: Option<String>,
    /// Its `pattern`.
    pub pattern: Option<String>,
    /// The only values that are valid, of `enum` or `const`.
    pub values: Vec<Value>,
    /// Its first example.
    pub example: Option<Value>,
    /// Its default.
    pub default: Option<Value>,
    /// The members of an object, in the order of the document.
    pub properties: Vec<(String, Schema)>,
    /// The names of members that an object must have.
    pub required: BTreeSet<String>,
    /// The schema of a list's items.
    pub items: Option<Box<Schema>>,
    /// The least and greatest number of characters of a text.
    pub length: (Option<u64>, Option<u64>),
    /// The least and greatest number.
    pub range: (Option<f64>, Option<f64>),
    /// True if only the API writes it.
    pub is_read_only: bool,
    /// True if no answer has it.
    pub is_write_only: bool,
    /// True if an object may not have other members.
    pub is_closed: bool,
    /// Its description.
    pub description: Option<String>,
}

impl Schema {
    /// Returns true if a value may have this type; a schema without a type has every type.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.types.iter().any(|one| one == name)
    }

    /// Returns the schema of a member.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Self> {
        let found = self.properties.iter().find(|(own, _)| own == name);
        found.map(|(_, schema)| schema)
    }

    /// Takes over what another schema of the same value says in addition.
    fn absorb(&mut self, other: Self) {
        self.name = self.name.take().or(other.name);
        if self.types.is_empty() {
            self.types = other.types;
        }
        self.format = self.format.take().or(other.format);
        self.pattern = self.pattern.take().or(other.pattern);
        if self.values.is_empty() {
            self.values = other.values;
        }
        self.example = self.example.take().or(other.example);
        self.default = self.default.take().or(other.default);
        for (name, schema) in other.properties {
            if self.property(&name).is_none() {
                self.properties.push((name, schema));
            }
        }
        self.required.extend(other.required);
        self.items = self.items.take().or(other.items);
        self.length = (
            self.length.0.or(other.length.0),
            self.length.1.or(other.length.1),
        );
        self.range = (
            self.range.0.or(other.range.0),
            self.range.1.or(other.range.1),
        );
        self.is_read_only |= other.is_read_only;
        self.is_write_only |= other.is_write_only;
        self.is_closed |= other.is_closed;
        self.description = self.description.take().or(other.description);
    }
}

/// Reads a schema, of which at most [`MAX_SCHEMAS`] parts are read.
pub(super) fn read<'a>(node: Node<'a>, references: &References<'a>) -> Schema {
    let mut left = MAX_SCHEMAS;
    Reader { references }.schema(node, MAX_DEPTH, &mut left)
}

struct Reader<'r, 'a> {
    references: &'r References<'a>,
}

impl<'a> Reader<'_, 'a> {
    fn schema(&self, node: Node<'a>, depth: usize, left: &mut usize) -> Schema {
        let mut schema = Schema::default();
        let (Some(rest), true) = (depth.checked_sub(1), *left > 0) else {
            return schema;
        };
        *left -= 1;
        let Ok(chain) = self.references.chain(node) else {
            return schema;
        };
        let name = chain.iter().find_map(|one| {
            let reference = one.text("$ref")?;
            Some(reference.rsplit('/').next()?.to_owned())
        });
        for node in chain {
            schema.absorb(self.own(node, rest, left));
        }
        schema.name = name.or(schema.name);
        schema
    }

    fn own(&self, node: Node<'a>, depth: usize, left: &mut usize) -> Schema {
        let text = |name| node.text(name).map(str::to_owned);
        let number = |name| node.value.get(name).and_then(Value::as_f64);
        let count = |name| node.value.get(name).and_then(Value::as_u64);
        let is = |name| node.value.get(name) == Some(&Value::Bool(true));
        let mut schema = Schema {
            types: types(node.value),
            format: text("format"),
            pattern: text("pattern"),
            values: values(node.value),
            example: example(node.value),
            default: node.value.get("default").cloned(),
            required: required(node.value),
            length: (count("minLength"), count("maxLength")),
            range: (number("minimum"), number("maximum")),
            is_read_only: is("readOnly"),
            is_write_only: is("writeOnly"),
            is_closed: node.value.get("additionalProperties") == Some(&Value::Bool(false)),
            description: text("description"),
            ..Schema::default()
        };
        if let Some(properties) = node.member("properties") {
            for (name, value) in properties.value.as_object().into_iter().flatten() {
                let member = self.schema(
                    Node {
                        value,
                        ..properties
                    },
                    depth,
                    left,
                );
                schema.properties.push((name.clone(), member));
            }
        }
        if let Some(items) = node.member("items") {
            schema.items = Some(Box::new(self.schema(items, depth, left)));
        }
        for part in parts(node, "allOf") {
            schema.absorb(self.schema(part, depth, left));
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(part) = self.alternative(node, keyword) {
                schema.absorb(self.schema(part, depth, left));
            }
        }
        if schema.types.is_empty() && !schema.properties.is_empty() {
            schema.types.push("object".to_owned());
        }
        if schema.types.is_empty() && schema.items.is_some() {
            schema.types.push("array".to_owned());
        }
        schema
    }

    /// Returns the first alternative that is not merely `null`.
    fn alternative(&self, node: Node<'a>, keyword: &str) -> Option<Node<'a>> {
        parts(node, keyword).find(|part| {
            let followed = self.references.follow(*part);
            followed.is_ok_and(|one| one.text("type") != Some("null"))
        })
    }
}

fn parts<'a>(node: Node<'a>, keyword: &str) -> impl Iterator<Item = Node<'a>> {
    let list = node.value.get(keyword).and_then(Value::as_array);
    let list = list.into_iter().flatten();
    list.map(move |value| Node { value, ..node })
}

fn types(value: &Value) -> Vec<String> {
    let mut types: Vec<String> = match value.get("type") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => {
            let texts = all.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    if value.get("nullable") == Some(&Value::Bool(true)) {
        types.push("null".to_owned());
    }
    types
}

fn values(value: &Value) -> Vec<Value> {
    let all = value.get("enum").and_then(Value::as_array).cloned();
    let one = value.get("const").cloned().map(|one| vec![one]);
    all.or(one).unwrap_or_default()
}

fn required(value: &Value) -> BTreeSet<String> {
    let names = value.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// Returns the first example of a schema, a parameter or a media type: those of schemas are a list, the
/// others have names and a `value`.
pub(super) fn example(value: &Value) -> Option<Value> {
    if let Some(example) = value.get("example") {
        return Some(example.clone());
    }
    match value.get("examples")? {
        Value::Array(all) => all.first().cloned(),
        Value::Object(all) => all.values().next()?.get("value").cloned(),
        _ => None,
    }
}

const MAX_DEPTH: usize = 9;

/// The maximum number of parts of one schema that are read.
const MAX_SCHEMAS: usize = 1_500;
