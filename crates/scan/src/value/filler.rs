//! Values of schemas.

use airside_api::document::Schema;
use serde_json::{Map, Value, json};

use super::{
    choice::chosen,
    form::Form,
    mint::{Canary, MIN_CANARY, Mint},
    pattern,
    tactic::{Guess, KnownParts, Tactic},
};
use crate::word::words;

pub(super) struct Filler<'a> {
    pub(super) tactic: &'a Tactic,
    pub(super) known: &'a KnownParts,
    pub(super) mint: &'a Mint,
    pub(super) canaries: Vec<Canary>,
}

impl Filler<'_> {
    pub(super) fn value(
        &mut self,
        schema: &Schema,
        pointer: &str,
        name: &str,
        depth: usize,
    ) -> Value {
        if let Some(chosen) = chosen(schema, name, self.tactic) {
            return chosen.clone();
        }
        if depth > 6 {
            return Value::Null;
        }
        if !schema.properties.is_empty() || schema.is("object") {
            return self.object(schema, pointer, depth);
        }
        if schema.is("array") {
            return self.list(schema, pointer, name, depth);
        }
        self.scalar(schema, name)
    }

    fn scalar(&mut self, schema: &Schema, name: &str) -> Value {
        let is_plain = self.tactic.prefers_examples || self.tactic.plain.contains(name);
        if is_plain && let Some(example) = schema.example.as_ref().or(schema.default.as_ref()) {
            return example.clone();
        }
        if schema.is("boolean") {
            return json!(false);
        }
        if schema.is("integer") || schema.is("number") {
            return number(schema, name);
        }
        match is_plain && schema.types.is_empty() {
            true => json!(1),
            false => self.text(schema, name),
        }
    }

    pub(super) fn object(&mut self, schema: &Schema, pointer: &str, depth: usize) -> Value {
        let mut members = Map::new();
        for (name, member) in &schema.properties {
            let is_required = schema.required.contains(name);
            let is_dropped = self.tactic.dropped.contains(name);
            let is_optional =
                self.tactic.only_required && !is_required && !schema.required.is_empty();
            if member.is_read_only || is_optional || is_dropped {
                continue;
            }
            let escaped = name.replace('~', "~0").replace('/', "~1");
            let pointer = format!("{pointer}/{escaped}");
            // a list of identifiers has its own at its first item
            let of_list = self.known.get(&format!("{pointer}/0"));
            let value = match self.known.get(&pointer) {
                Some(Some(value)) => typed(value, member),
                Some(None) if !is_required => continue,
                None if !is_required && of_list == Some(&None) => continue,
                Some(None) => member.example.clone().unwrap_or(json!(1)),
                None => self.value(member, &pointer, name, depth + 1),
            };
            members.insert(name.clone(), value);
        }
        Value::Object(members)
    }

    /// Makes a value of a member that no document describes; `seen` is its schema by answers.
    pub(super) fn guessed(&mut self, name: &str, guess: Guess, seen: Option<&Schema>) -> Value {
        let id = self.known.get(&format!("/{name}")).cloned().flatten();
        if let Some(Some(id)) = self.known.get(&format!("/{name}/0")) {
            let number = id.as_str().and_then(|text| text.parse::<i64>().ok());
            return json!([number.map_or_else(|| id.clone(), Value::from)]);
        }
        let example = seen.and_then(|one| one.example.clone());
        match (guess, id, example) {
            (Guess::Typed, Some(id), _) => {
                let number = id.as_str().and_then(|text| text.parse::<i64>().ok());
                number.map_or(id, Value::from)
            }
            (Guess::Seen, Some(id), _) => id,
            (Guess::Seen, None, Some(example)) => example,
            (Guess::Typed, None, _) => self.value(seen.unwrap_or(&Schema::default()), "", name, 0),
            (Guess::Flag, ..) => json!(true),
            (Guess::Seen | Guess::Number, ..) => number(&Schema::default(), name),
        }
    }

    /// Makes a text; what is free gets a canary.
    pub(super) fn text(&mut self, schema: &Schema, name: &str) -> Value {
        if let Some(text) = self.formatted(schema, name) {
            return Value::String(text);
        }
        let example = schema.example.as_ref().or(schema.default.as_ref());
        let canary = self.mint.canary();
        if let Some(pattern) = &schema.pattern
            && !pattern::takes(pattern, &canary)
        {
            let made = pattern::text(pattern, self.mint);
            let made = made.map(Value::String);
            return example.cloned().or(made).unwrap_or(json!("a"));
        }
        // a status or a type has values of its own, which only an example tells
        match example.filter(|_| schema.pattern.is_none() && is_choice(name)) {
            Some(example) => example.clone(),
            None => self.canary(schema, name, canary),
        }
    }

    pub(super) fn canary(&mut self, schema: &Schema, name: &str, mut text: String) -> Value {
        if let Some(most) = schema.length.1 {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            let from = text.len().saturating_sub(most);
            text = text.get(from..).unwrap_or_default().to_owned();
        }
        while schema
            .length
            .0
            .is_some_and(|least| (text.len() as u64) < least)
            && text.len() < 200
        {
            text.push_str(&self.mint.canary());
        }
        if text.len() >= MIN_CANARY {
            self.canaries.push(Canary {
                name: name.to_owned(),
                text: text.clone(),
            });
        }
        Value::String(text)
    }

    /// Makes a text that its format or its name asks for.
    pub(super) fn formatted(&mut self, schema: &Schema, name: &str) -> Option<String> {
        let format = schema.format.as_deref().unwrap_or_default();
        let form = Form::of_format(format).or_else(|| Form::of_name(name))?;
        let unique = match form {
            Form::Fixed(text) => return Some(text.to_owned()),
            Form::Uuid => return Some(self.mint.uuid()),
            Form::Phone => format!("9{}", self.mint.digits(9)),
            Form::Email | Form::Url | Form::Password => self.mint.canary(),
        };
        self.canaries.push(Canary {
            name: name.to_owned(),
            text: unique.clone(),
        });
        Some(match form {
            Form::Email => format!("{unique}@example.com"),
            Form::Url => format!("https://example.com/{unique}"),
            Form::Password => format!("Aa1!{unique}"),
            _ => unique,
        })
    }
}

/// Returns true for a name of which only some values are valid.
fn is_choice(name: &str) -> bool {
    words(name)
        .last()
        .is_some_and(|last| CHOICES.contains(&last.as_str()))
}

fn number(schema: &Schema, name: &str) -> Value {
    if let Some(example) = schema.example.as_ref().filter(|one| one.is_number()) {
        return example.clone();
    }
    let wanted = match words(name).last().map_or("", String::as_str) {
        "year" => 2031.0,
        "age" => 30.0,
        "price" | "amount" | "total" => 10.0,
        _ => 1.0,
    };
    let least = schema.range.0.unwrap_or(f64::MIN);
    let most = schema.range.1.unwrap_or(f64::MAX);
    let number = f64::min(f64::max(wanted, least), most);
    match schema.is("integer") || schema.types.is_empty() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a wanted or declared integer"
        )]
        true => json!(number.ceil() as i64),
        false => json!(number),
    }
}

/// Returns an identifier in the type that a schema asks for.
#[must_use]
pub fn typed(value: &Value, schema: &Schema) -> Value {
    match value {
        Value::String(text) if schema.is("integer") || schema.is("number") => text
            .parse::<i64>()
            .map_or_else(|_| value.clone(), Value::from),
        Value::Number(number) if schema.is("string") => Value::String(number.to_string()),
        Value::String(_) | Value::Number(_) if schema.is("array") => {
            let item = schema.items.as_deref();
            Value::Array(vec![
                item.map_or_else(|| value.clone(), |item| typed(value, item)),
            ])
        }
        other => other.clone(),
    }
}

/// Names whose values are only some words.
const CHOICES: [&str; 18] = [
    "status",
    "type",
    "kind",
    "category",
    "state",
    "role",
    "level",
    "priority",
    "gender",
    "size",
    "mode",
    "visibility",
    "format",
    "method",
    "severity",
    "plan",
    "tier",
    "unit",
];
