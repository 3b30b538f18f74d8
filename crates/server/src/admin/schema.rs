//! JSON against the schemas of the document: what the document refuses is refused, and in the same
//! words everywhere.
//!
//! The keywords are those that the types of this API make (JSON Schema 2020-12): `type`, `enum`,
//! `const`, `required`, `properties`, `additionalProperties: false`, `items`, lengths, bounds, `anyOf`,
//! `oneOf` and `$ref`. Patterns and formats are left to the types themselves.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::problem::Violation;

/// The schemas that others refer to by `$ref`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schemas<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Schemas<'a> {
    /// Returns everything in `value` that `schema` does not allow, in the order of the schema.
    pub(super) fn violations(self, value: &Value, schema: &Value) -> Vec<Violation> {
        let mut check = Check {
            schemas: self,
            pointer: Vec::new(),
            found: Vec::new(),
        };
        check.value(value, schema);
        check.found
    }

    /// Returns the value that the text of a query parameter is: a number or a truth value where the
    /// schema wants one, else text.
    pub(super) fn typed(self, text: &str, schema: &Value) -> Value {
        let schema = self.followed(schema);
        let is = |name| types(schema).any(|own| own == name);
        let number = text.parse::<i64>().ok().filter(|_| is("integer"));
        let truth = text.parse::<bool>().ok().filter(|_| is("boolean"));
        let typed = number.map(Value::from).or(truth.map(Value::from));
        typed.unwrap_or_else(|| text.into())
    }

    /// Leaves out the members that are `null`, of objects whose members the schema names.
    pub(super) fn leave_out_null(self, value: &mut Value, schema: &Value) {
        let schema = self.followed(schema);
        let alternatives = schema.get("anyOf").and_then(Value::as_array);
        for schema in alternatives.into_iter().flatten() {
            self.leave_out_null(value, schema);
        }
        match value {
            Value::Object(members) => {
                let known = |name: &str| schema.get("properties")?.get(name);
                members.retain(|name, value| !value.is_null() || known(name).is_none());
                for (name, value) in members {
                    if let Some(schema) = known(name) {
                        self.leave_out_null(value, schema);
                    }
                }
            }
            Value::Array(items) => {
                for (item, schema) in items
                    .iter_mut()
                    .zip(schema.get("items").into_iter().cycle())
                {
                    self.leave_out_null(item, schema);
                }
            }
            _ => {}
        }
    }

    /// Follows `$ref`.
    fn followed<'b>(self, schema: &'b Value) -> &'b Value
    where
        'a: 'b,
    {
        let name = schema.get("$ref").and_then(Value::as_str);
        let name = name.and_then(|name| name.strip_prefix(REFERENCE));
        name.and_then(|name| self.0.get(name)).unwrap_or(schema)
    }
}

struct Check<'a> {
    schemas: Schemas<'a>,
    pointer: Vec<String>,
    found: Vec<Violation>,
}

impl Check<'_> {
    fn value(&mut self, value: &Value, schema: &Value) {
        let schema = self.schemas.followed(schema);
        for alternatives in ["anyOf", "oneOf"] {
            if let Some(Value::Array(schemas)) = schema.get(alternatives) {
                self.alternatives(value, schemas);
            }
        }
        if !types(schema).any(|name| is_of(value, name)) && schema.get("type").is_some() {
            let expected: Vec<_> = types(schema).filter_map(word).collect();
            return self.refuse(&format!("must be {}", expected.join(" or ")));
        }
        self.choice(value, choices(schema));
        match value {
            Value::Object(members) => self.members(members, schema),
            Value::Array(items) => self.items(items, schema),
            // a type with a pattern has a sentence of its own
            Value::String(_) if schema.get("pattern").is_some() => {}
            Value::String(text) => {
                let length = text.chars().count() as u64;
                self.bounds(
                    &length.into(),
                    schema,
                    ["minLength", "maxLength"],
                    " characters",
                );
            }
            Value::Number(_) => self.bounds(value, schema, ["minimum", "maximum"], ""),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// One of several must allow the value: constants are choices, of others the first says why not.
    fn alternatives(&mut self, value: &Value, schemas: &[Value]) {
        let mut of_each = schemas
            .iter()
            .map(|schema| self.schemas.violations(value, schema));
        if of_each.any(|found| found.is_empty()) {
            return;
        }
        let constants = schemas.iter().flat_map(choices).collect::<Vec<_>>();
        if constants.len() >= schemas.len() {
            return self.choice(value, constants.into_iter());
        }
        let is_null = |schema: &&Value| types(schema).eq(["null"]);
        let first = schemas.iter().find(|schema| !is_null(schema));
        if let Some(first) = first {
            self.value(value, first);
        }
    }

    fn choice<'b>(&mut self, value: &Value, choices: impl Iterator<Item = &'b Value>) {
        let choices: Vec<_> = choices.collect();
        if choices.is_empty() || choices.contains(&value) {
            return;
        }
        let names: Vec<_> = choices
            .iter()
            .filter_map(|choice| choice.as_str())
            .collect();
        let near = value.as_str().and_then(|text| nearest(text, &names));
        match near {
            Some(near) => self.refuse(&format!("has no such value: did you mean `{near}`?")),
            None => self.refuse(&format!("must be one of `{}`", names.join("`, `"))),
        }
    }

    fn members(&mut self, members: &Map<String, Value>, schema: &Value) {
        let none = Map::new();
        let known = schema.get("properties").and_then(Value::as_object);
        let known = known.unwrap_or(&none);
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                self.within(name, |check| check.refuse("is missing"));
            }
        }
        let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        for (name, value) in members {
            match known.get(name) {
                Some(schema) => self.within(name, |check| check.value(value, schema)),
                None if is_closed => {
                    let known: Vec<_> = known.keys().map(String::as_str).collect();
                    let unknown = unknown(name, &known);
                    self.within(name, |check| check.refuse(&unknown));
                }
                None => {}
            }
        }
    }

    fn items(&mut self, items: &[Value], schema: &Value) {
        let length = Value::from(items.len());
        self.bounds(&length, schema, ["minItems", "maxItems"], " items");
        if let Some(schema) = schema.get("items") {
            for (position, item) in items.iter().enumerate() {
                self.within(&position.to_string(), |check| check.value(item, schema));
            }
        }
    }

    fn bounds(&mut self, size: &Value, schema: &Value, [min, max]: [&str; 2], unit: &str) {
        let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
        let (min, max) = (bound(min), bound(max));
        let size = size.as_f64().unwrap_or_default();
        let is_below = min.is_some_and(|min| size.total_cmp(&min) == Ordering::Less);
        let is_above = max.is_some_and(|max| size.total_cmp(&max) == Ordering::Greater);
        if !is_below && !is_above {
            return;
        }
        let verb = if unit.is_empty() {
            "must be"
        } else {
            "must have"
        };
        self.refuse(&match (min, max) {
            (Some(min), Some(max)) => format!("{verb} {min} to {max}{unit}"),
            (Some(min), None) => format!("{verb} at least {min}{unit}"),
            (_, max) => format!("{verb} at most {}{unit}", max.unwrap_or_default()),
        });
    }

    fn within(&mut self, name: &str, check: impl FnOnce(&mut Self)) {
        self.pointer.push(name.to_owned());
        check(self);
        self.pointer.pop();
    }

    fn refuse(&mut self, predicate: &str) {
        let subject = match self.pointer.as_slice() {
            [] => "the body".to_owned(),
            pointer => format!("`{}`", pointer.join(".")),
        };
        // RFC6901-3: `~` and `/` are escaped
        let escaped = |name: &String| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        self.found.push(Violation {
            pointer: self.pointer.iter().map(escaped).collect(),
            detail: format!("{subject} {predicate}"),
        });
    }
}

/// Says that a name is not known, and which one was probably meant.
fn unknown(name: &str, known: &[&str]) -> String {
    match (nearest(name, known), known) {
        (Some(near), _) => format!("is unknown: did you mean `{near}`?"),
        (None, []) => "is unknown: there are none here".to_owned(),
        (None, known) => format!("is unknown: there are `{}`", known.join("`, `")),
    }
}

/// The known name that was probably meant, if one is near enough.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let scored = known
        .iter()
        .map(|known| (strsim::jaro_winkler(&name, &known.to_lowercase()), *known));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score >= NEAR_ENOUGH)
        .map(|(_, known)| known)
}

/// The names of the types that a schema allows.
fn types(schema: &Value) -> impl Iterator<Item = &str> {
    let (one, several) = match schema.get("type") {
        Some(Value::Array(several)) => (None, several.as_slice()),
        one => (one, [].as_slice()),
    };
    one.into_iter().chain(several).filter_map(Value::as_str)
}

/// The values that a schema names.
fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    let several = schema.get("enum").and_then(Value::as_array);
    several.into_iter().flatten().chain(schema.get("const"))
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn word(name: &str) -> Option<&'static str> {
    match name {
        "boolean" => Some("`true` or `false`"),
        "integer" => Some("a whole number"),
        "number" => Some("a number"),
        "string" => Some("text"),
        "array" => Some("a list"),
        "object" => Some("an object"),
        _ => None,
    }
}

/// The prefix of references between schemas of the document.
const REFERENCE: &str = "#/components/schemas/";
const NEAR_ENOUGH: f64 = 0.8;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(value: Value, schema: &Value) -> Vec<String> {
        let definitions = json!({ "Kind": { "oneOf": [
            { "type": "string", "const": "code.reused" },
            { "type": "string", "const": "key.created" },
        ] } });
        let found = Schemas(definitions.as_object().unwrap()).violations(&value, schema);
        let text = |one: Violation| format!("{} {}", one.pointer, one.detail);
        found.into_iter().map(text).collect()
    }

    #[test]
    fn what_a_schema_refuses_is_said_with_its_place() {
        let schema = json!({
            "type": "object", "required": ["name"], "additionalProperties": false,
            "properties": {
                "name": { "type": "string", "minLength": 1, "maxLength": 3 },
                "limit": { "type": "integer", "minimum": 1, "maximum": 9 },
                "roles": { "type": ["array", "null"], "items": { "type": "string" } },
                "kind": { "anyOf": [{ "$ref": "#/components/schemas/Kind" }, { "type": "null" }] },
            },
        });
        let good = json!({ "name": "a", "limit": 9, "roles": null, "kind": "key.created" });
        assert_eq!(said(good, &schema), [""; 0]);
        for (value, expected) in [
            (json!(1), " the body must be an object"),
            (json!({}), "/name `name` is missing"),
            (
                json!({ "name": "" }),
                "/name `name` must have 1 to 3 characters",
            ),
            (
                json!({ "name": "a", "limit": 10 }),
                "/limit `limit` must be 1 to 9",
            ),
            (
                json!({ "name": "a", "limit": "x" }),
                "/limit `limit` must be a whole number",
            ),
            (
                json!({ "name": "a", "roles": ["b", 1] }),
                "/roles/1 `roles.1` must be text",
            ),
            (
                json!({ "name": "a", "limt": 1 }),
                "/limt `limt` is unknown: did you mean `limit`?",
            ),
            (
                json!({ "name": "a", "kind": "code.reusd" }),
                "/kind `kind` has no such value: did you mean `code.reused`?",
            ),
            (
                json!({ "name": "a", "kind": "?" }),
                "/kind `kind` must be one of `code.reused`, `key.created`",
            ),
        ] {
            assert_eq!(said(value, &schema), [expected]);
        }
    }

    #[test]
    fn text_of_a_query_becomes_what_the_schema_wants() {
        let (none, whole) = (Map::new(), json!({ "type": ["integer", "null"] }));
        assert_eq!(Schemas(&none).typed("5", &whole), json!(5));
        assert_eq!(Schemas(&none).typed("5.0", &whole), json!("5.0"));
        assert_eq!(
            Schemas(&none).typed("5", &json!({ "type": "string" })),
            json!("5")
        );
    }
}
