//! One value against one schema.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::keyword::{choices, followed, is_of, missed_format, types, word};
use crate::admin::problem::Violation;

/// Returns everything in `value` that `schema` does not allow, in the order of the schema. The schemas
/// that it refers to are in `definitions`.
pub(super) fn violations(
    definitions: &Map<String, Value>,
    value: &Value,
    schema: &Value,
) -> Vec<Violation> {
    let mut check = Check {
        definitions,
        pointer: Vec::new(),
        found: Vec::new(),
    };
    check.value(value, schema);
    check.found
}

struct Check<'a> {
    definitions: &'a Map<String, Value>,
    pointer: Vec<String>,
    found: Vec<Violation>,
}

impl Check<'_> {
    fn value(&mut self, value: &Value, schema: &Value) {
        let schema = followed(self.definitions, schema);
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
        self.content(value, schema);
    }

    /// Checks what the value holds, and how much of it.
    fn content(&mut self, value: &Value, schema: &Value) {
        match value {
            Value::Object(members) => self.members(members, schema),
            Value::Array(items) => self.items(items, schema),
            // a type with a pattern has a sentence of its own
            Value::String(_) if schema.get("pattern").is_some() => {}
            Value::String(text) => {
                let length = Value::from(text.chars().count());
                let bounds = ["minLength", "maxLength"];
                self.bounds(&length, schema, bounds, " characters");
                if let Some(expected) = missed_format(text, schema) {
                    self.refuse(&format!("must be {expected}"));
                }
            }
            Value::Number(_) => self.bounds(value, schema, ["minimum", "maximum"], ""),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// One of several must allow the value: constants are choices, of others the first says why not.
    fn alternatives(&mut self, value: &Value, schemas: &[Value]) {
        let mut of_each = schemas
            .iter()
            .map(|schema| violations(self.definitions, value, schema));
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
        self.required(members, schema);
        let none = Map::new();
        let known = schema.get("properties").and_then(Value::as_object);
        let known = known.unwrap_or(&none);
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

    fn required(&mut self, members: &Map<String, Value>, schema: &Value) {
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                self.within(name, |check| check.refuse("is missing"));
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
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let scored = known
        .iter()
        .map(|known| (strsim::jaro_winkler(&name, &known.to_lowercase()), *known));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score >= NEAR_ENOUGH)
        .map(|(_, known)| known)
}

const NEAR_ENOUGH: f64 = 0.8;
