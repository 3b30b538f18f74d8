//! Values of schemas.

use airside_api::document::Schema;
use serde_json::{Map, Value, json};

use super::{
    mint::{Canary, MIN_CANARY, Mint},
    pattern,
    tactic::{KnownParts, Tactic},
};
use crate::word::{folded, is_password, words};

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
        let mut values = schema.values.iter().filter(|value| !value.is_null());
        let chosen = match self.tactic.takes_last {
            true => values.next_back(),
            false => values.next(),
        };
        if let Some(chosen) = chosen {
            return chosen.clone();
        }
        if depth > 6 {
            return Value::Null;
        }
        if !schema.properties.is_empty() || schema.is("object") {
            return self.object(schema, pointer, depth);
        }
        if schema.is("array") {
            let item = schema.items.as_deref();
            let pointer = format!("{pointer}/0");
            let item = item.map(|item| self.value(item, &pointer, name, depth + 1));
            return Value::Array(item.into_iter().filter(|one| !one.is_null()).collect());
        }
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
        if is_plain && schema.types.is_empty() {
            return json!(1);
        }
        self.text(schema, name)
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
            let value = match self.known.get(&pointer) {
                Some(Some(value)) => typed(value, member),
                Some(None) if !is_required => continue,
                Some(None) => member.example.clone().unwrap_or(json!(1)),
                None => self.value(member, &pointer, name, depth + 1),
            };
            members.insert(name.clone(), value);
        }
        Value::Object(members)
    }

    /// Makes a text; what is free gets a canary.
    pub(super) fn text(&mut self, schema: &Schema, name: &str) -> Value {
        if let Some(text) = self.formatted(schema, name) {
            return Value::String(text);
        }
        let example = schema.example.as_ref().or(schema.default.as_ref());
        if let Some(pattern) = &schema.pattern {
            let canary = self.mint.canary();
            if pattern::takes(pattern, &canary) {
                return self.canary(schema, name, canary);
            }
            let made = pattern::text(pattern, self.mint);
            let made = made.map(Value::String);
            return example.cloned().or(made).unwrap_or(json!("a"));
        }
        // a status or a type has values of its own, which only an example tells
        if is_choice(name)
            && let Some(example) = example
        {
            return example.clone();
        }
        let canary = self.mint.canary();
        self.canary(schema, name, canary)
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
        let canary = self.mint.canary();
        let push = |filler: &mut Self, text: &str| {
            filler.canaries.push(Canary {
                name: name.to_owned(),
                text: text.to_owned(),
            });
        };
        let whole = folded(name);
        let words = words(name);
        let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
        let format = schema.format.as_deref().unwrap_or_default();
        let text = match format {
            "email" | "idn-email" => None,
            "date" => return Some("2031-03-14".to_owned()),
            "date-time" => return Some("2031-03-14T09:26:53Z".to_owned()),
            "time" => return Some("09:26:53Z".to_owned()),
            "uuid" => return Some(self.mint.uuid()),
            "uri" | "url" | "iri" | "uri-reference" => {
                push(self, &canary);
                return Some(format!("https://example.com/{canary}"));
            }
            "ipv4" => return Some("192.0.2.7".to_owned()),
            "byte" => return Some("YWlyc2lkZQ==".to_owned()),
            _ => Some(()),
        };
        if text.is_none() || whole.ends_with("email") || whole.ends_with("emailaddress") {
            push(self, &canary);
            return Some(format!("{canary}@example.com"));
        }
        if format == "password" || is_password(name) {
            push(self, &canary);
            return Some(format!("Aa1!{canary}"));
        }
        if has(&["phone", "mobile", "telephone", "msisdn", "tel"]) {
            let digits = format!("9{}", self.mint.digits(9));
            push(self, &digits);
            return Some(digits);
        }
        if has(&["date", "birthday", "birthdate", "dob", "deadline", "due"]) {
            return Some("2031-03-14".to_owned());
        }
        if has(&["timestamp", "datetime"]) || name.ends_with("_at") || name.ends_with("At") {
            return Some("2031-03-14T09:26:53Z".to_owned());
        }
        if has(&["url", "uri", "website", "link", "webhook", "callback"]) {
            push(self, &canary);
            return Some(format!("https://example.com/{canary}"));
        }
        let fixed = match whole.as_str() {
            "currency" => "USD",
            "country" | "countrycode" => "US",
            "language" | "locale" | "lang" => "en",
            "zip" | "zipcode" | "postcode" | "postalcode" => "12345",
            "color" | "colour" => "#336699",
            "timezone" => "UTC",
            "latitude" | "lat" => "48.1",
            "longitude" | "lng" | "lon" => "11.5",
            "amount" | "price" | "quantity" | "total" => "10",
            _ => return None,
        };
        Some(fixed.to_owned())
    }
}

/// Returns true for a name of which only some values are valid.
fn is_choice(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map(String::as_str).unwrap_or_default();
    matches!(
        last,
        "status"
            | "type"
            | "kind"
            | "category"
            | "state"
            | "role"
            | "level"
            | "priority"
            | "gender"
            | "size"
            | "mode"
            | "visibility"
            | "format"
            | "method"
            | "severity"
            | "plan"
            | "tier"
            | "unit"
    )
}

fn number(schema: &Schema, name: &str) -> Value {
    if let Some(example) = schema.example.as_ref().filter(|one| one.is_number()) {
        return example.clone();
    }
    let words = words(name);
    let last = words.last().map(String::as_str).unwrap_or_default();
    let wanted = match last {
        "year" => 2031.0,
        "age" => 30.0,
        "price" | "amount" | "total" => 10.0,
        _ => 1.0,
    };
    let least = schema.range.0.unwrap_or(f64::MIN);
    let most = schema.range.1.unwrap_or(f64::MAX);
    let number = f64::min(f64::max(wanted, least), most);
    match schema.is("integer") {
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
