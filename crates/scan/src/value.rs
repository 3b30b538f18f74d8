//! Values for requests: canaries in free texts, and what schemas, names and examples ask for elsewhere.

mod pattern;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, Ordering},
};

use airside_api::document::Schema;
use serde_json::{Map, Value, json};

use crate::word::{folded, is_password, words};

/// A source of unique texts. Its seed is an argument, so that a scan can be repeated.
#[derive(Debug)]
pub struct Mint {
    seed: u64,
    count: AtomicU64,
}

impl Mint {
    /// Makes a source.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            count: AtomicU64::new(0),
        }
    }

    /// Returns a number that it has not returned before, with a negligible probability.
    pub fn number(&self) -> u64 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        // splitmix64
        let mut state = self
            .seed
            .wrapping_add(count.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        state ^ (state >> 31)
    }

    /// Returns a unique text of small letters and digits: `zq` and ten more.
    pub fn canary(&self) -> String {
        const SIGNS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
        let mut number = self.number();
        let mut text = String::from("zq");
        for _ in 0..10 {
            let at = usize::try_from(number % 32).unwrap_or(0);
            text.push(char::from(SIGNS.get(at).copied().unwrap_or(b'a')));
            number /= 32;
        }
        text
    }

    /// Returns a random UUID.
    pub fn uuid(&self) -> String {
        let (high, low) = (self.number(), self.number());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }

    /// Returns decimal digits.
    pub fn digits(&self, count: usize) -> String {
        let mut text = String::new();
        while text.len() < count {
            text.push_str(&(self.number() % 1_000_000_000).to_string());
        }
        text.truncate(count);
        text
    }
}

/// A unique text in a request, and the member that it was sent in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Canary {
    /// The name of the member.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A way to fill a body that an API may accept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tactic {
    /// True if members that are not required are left out.
    pub only_required: bool,
    /// True if examples are preferred to canaries.
    pub prefers_examples: bool,
    /// The names of members that take their examples, or other values than canaries.
    pub plain: BTreeSet<String>,
    /// Members that the document does not have and an answer asked for.
    pub added: BTreeSet<String>,
    /// Members that an answer refused.
    pub dropped: BTreeSet<String>,
}

/// A value for a request.
#[derive(Clone, Debug, Default)]
pub struct FilledValue {
    /// The value.
    pub value: Value,
    /// The canaries in it.
    pub canaries: Vec<Canary>,
}

/// The parts of a body that are known: identifiers by their pointers; `None` leaves a member out.
pub type KnownParts = BTreeMap<String, Option<Value>>;

/// Makes a value of a schema.
#[must_use]
pub fn fill(schema: &Schema, tactic: &Tactic, known: &KnownParts, mint: &Mint) -> FilledValue {
    let mut filler = Filler {
        tactic,
        known,
        mint,
        canaries: Vec::new(),
    };
    let mut value = filler.value(schema, "", "", 0);
    if let Value::Object(members) = &mut value {
        for name in &tactic.added {
            if !members.contains_key(name) {
                let text = filler.text(&Schema::default(), name);
                members.insert(name.clone(), text);
            }
        }
    }
    FilledValue {
        value,
        canaries: filler.canaries,
    }
}

/// Makes the value of one parameter.
#[must_use]
pub fn parameter(schema: &Schema, name: &str, example: Option<&Value>, mint: &Mint) -> Value {
    if let Some(example) = example
        .or(schema.example.as_ref())
        .or(schema.default.as_ref())
    {
        return example.clone();
    }
    let tactic = Tactic::default();
    let known = KnownParts::new();
    let mut filler = Filler {
        tactic: &tactic,
        known: &known,
        mint,
        canaries: Vec::new(),
    };
    filler.value(schema, "", name, 0)
}

/// Infers a schema of an example.
#[must_use]
pub fn inferred(example: &Value) -> Schema {
    let kind = match example {
        Value::Null => return Schema::default(),
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let mut schema = Schema {
        types: vec![kind.to_owned()],
        ..Schema::default()
    };
    match example {
        Value::Object(members) => {
            let members = members.iter();
            schema.properties = members
                .map(|(name, value)| (name.clone(), inferred(value)))
                .collect();
        }
        Value::Array(items) => schema.items = items.first().map(|one| Box::new(inferred(one))),
        other => schema.example = Some(other.clone()),
    }
    schema
}

struct Filler<'a> {
    tactic: &'a Tactic,
    known: &'a KnownParts,
    mint: &'a Mint,
    canaries: Vec<Canary>,
}

impl Filler<'_> {
    fn value(&mut self, schema: &Schema, pointer: &str, name: &str, depth: usize) -> Value {
        if let Some(first) = schema.values.iter().find(|value| !value.is_null()) {
            return first.clone();
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

    fn object(&mut self, schema: &Schema, pointer: &str, depth: usize) -> Value {
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
    fn text(&mut self, schema: &Schema, name: &str) -> Value {
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

    fn canary(&mut self, schema: &Schema, name: &str, mut text: String) -> Value {
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
    fn formatted(&mut self, schema: &Schema, name: &str) -> Option<String> {
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

/// Learns from a refusal which members of a body to send otherwise; `None` if it names none.
#[must_use]
pub fn repaired(tactic: &Tactic, sent: &Value, refusal: &str) -> Option<Tactic> {
    let sent: BTreeSet<&String> = sent.as_object()?.keys().collect();
    let mut next = tactic.clone();
    let lower = refusal.to_lowercase();
    let tokens = tokens(refusal);
    let is_unknown = [
        "not allowed",
        "unexpected",
        "unknown",
        "extra",
        "unrecognized",
        "additional",
    ]
    .iter()
    .any(|word| lower.contains(word));
    for token in &tokens {
        if sent.contains(token) {
            match is_unknown || next.plain.contains(token) {
                true => next.dropped.insert(token.clone()),
                false => next.plain.insert(token.clone()),
            };
        }
    }
    let asks = ["required", "missing", "blank", "must provide", "is needed"];
    if next == *tactic && asks.iter().any(|word| lower.contains(word)) {
        const NOISE: [&str; 24] = [
            "detail",
            "error",
            "errors",
            "message",
            "msg",
            "loc",
            "body",
            "type",
            "missing",
            "required",
            "status",
            "code",
            "title",
            "input",
            "value",
            "url",
            "path",
            "location",
            "field",
            "param",
            "value_error",
            "string",
            "success",
            "fail",
        ];
        let new = tokens.iter().filter(|token| {
            !sent.contains(token) && !NOISE.contains(&token.as_str()) && token.len() < 30
        });
        next.added.extend(new.take(6).cloned());
    }
    (next != *tactic).then_some(next)
}

/// Returns the words of a refusal that could be names of members.
fn tokens(text: &str) -> BTreeSet<String> {
    let is_name = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '-';
    let mut tokens = BTreeSet::new();
    let quoted = text.split(['"', '\'', '`']);
    for one in quoted {
        let one = one.trim_matches('\\');
        if !one.is_empty() && one.len() < 40 && one.chars().all(is_name) {
            tokens.insert(one.to_owned());
        }
    }
    for one in text.split(|sign: char| !is_name(sign)) {
        if one.contains('_') {
            tokens.insert(one.to_owned());
        }
    }
    tokens
}

/// The least length of a text that is a canary.
pub const MIN_CANARY: usize = 6;

#[cfg(test)]
mod tests;
