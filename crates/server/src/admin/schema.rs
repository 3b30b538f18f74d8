//! JSON against the schemas of the document: what the document refuses is refused, and in the same
//! words everywhere.
//!
//! The keywords are those that the types of this API make (JSON Schema 2020-12): `type`, `enum`,
//! `const`, `required`, `properties`, `additionalProperties: false`, `items`, lengths, bounds, `anyOf`,
//! `oneOf`, `$ref`, and of formats `uuid` and `date-time`. Patterns and other formats are left to the
//! types themselves.

mod check;
mod keyword;

use serde_json::{Map, Value};

use self::{
    check::violations,
    keyword::{followed, types},
};
use super::problem::Violation;

/// The schemas that others refer to by `$ref`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schemas<'a>(pub(super) &'a Map<String, Value>);

impl Schemas<'_> {
    /// Returns everything in `value` that `schema` does not allow, in the order of the schema.
    pub(super) fn violations(self, value: &Value, schema: &Value) -> Vec<Violation> {
        violations(self.0, value, schema)
    }

    /// Returns the value that the text of a query parameter is: a number or a truth value where the
    /// schema wants one, else text.
    pub(super) fn typed(self, text: &str, schema: &Value) -> Value {
        let schema = followed(self.0, schema);
        let is = |name| types(schema).any(|own| own == name);
        let number = text.parse::<i64>().ok().filter(|_| is("integer"));
        let truth = text.parse::<bool>().ok().filter(|_| is("boolean"));
        let typed = number.map(Value::from).or(truth.map(Value::from));
        typed.unwrap_or_else(|| text.into())
    }

    /// Leaves out the members that are `null`, of objects whose members the schema names.
    pub(super) fn leave_out_null(self, value: &mut Value, schema: &Value) {
        let schema = followed(self.0, schema);
        let alternatives = schema.get("anyOf").and_then(Value::as_array);
        for schema in alternatives.into_iter().flatten() {
            self.leave_out_null(value, schema);
        }
        match value {
            Value::Object(members) => self.leave_out_null_members(members, schema),
            Value::Array(items) => {
                let each = schema.get("items").into_iter().cycle();
                for (item, schema) in items.iter_mut().zip(each) {
                    self.leave_out_null(item, schema);
                }
            }
            _ => {}
        }
    }

    fn leave_out_null_members(self, members: &mut Map<String, Value>, schema: &Value) {
        let known = |name: &str| schema.get("properties")?.get(name);
        members.retain(|name, value| !value.is_null() || known(name).is_none());
        for (name, value) in members {
            if let Some(schema) = known(name) {
                self.leave_out_null(value, schema);
            }
        }
    }
}

#[cfg(test)]
mod tests;
