//! A TOML document in which every value knows where it was given.

use std::ops::Range;

use serde_json::{Map, Number, Value as Json};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use crate::problem::Span;

/// A value and where it was given.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// The place where it was given.
    pub place: Span,
}

/// A TOML value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value {
    /// A string.
    Text(String),
    /// Saturated at the bounds of the type.
    Integer(i128),
    /// A float.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or a time, as it was written.
    Datetime(String),
    /// Values.
    Array(Vec<Node>),
    /// Keys and values.
    Table(Vec<Entry>),
    /// The `null` of JSON, which TOML does not have and no key takes.
    Nothing,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The place where the key was written.
    pub place: Span,
    /// The value.
    pub node: Node,
}

/// Parses a document as far as it can be parsed, and says what could not.
pub fn parse(text: &str) -> (Vec<Entry>, Vec<(Range<usize>, String)>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let errors = errors.iter().map(|error| {
        let span = error.span().unwrap_or_default();
        (span, error.message().to_owned())
    });
    (entries(table.get_ref(), None), errors.collect())
}

/// Parses one value that was given at `place`.
pub fn parse_value(text: &str, place: &Span) -> Option<Node> {
    DeValue::parse(text)
        .ok()
        .map(|value| node(&value, Some(place)))
}

impl Node {
    /// A string given at `place`.
    pub fn text(text: impl Into<String>, place: Span) -> Self {
        Self {
            value: Value::Text(text.into()),
            place,
        }
    }

    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        let Value::Text(text) = &self.value else {
            return None;
        };
        Some(text)
    }

    /// The keys and values, if it is a table.
    pub fn as_table(&self) -> Option<&[Entry]> {
        let Value::Table(entries) = &self.value else {
            return None;
        };
        Some(entries)
    }

    /// The values, if it is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        let Value::Array(nodes) = &self.value else {
            return None;
        };
        Some(nodes)
    }

    /// The strings among the values of an array, with their places; a string itself is one.
    #[must_use]
    pub fn items(&self) -> Vec<(&Self, &str)> {
        if let Some(text) = self.as_text() {
            return vec![(self, text)];
        }
        let nodes = self.as_array().unwrap_or_default().iter();
        nodes
            .filter_map(|node| Some((node, node.as_text()?)))
            .collect()
    }

    /// The spans of the strings of the file.
    #[must_use]
    pub fn strings(&self) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        let mut rest = vec![self];
        while let Some(node) = rest.pop() {
            if let (Some(_), Span::File(span)) = (node.as_text(), &node.place) {
                spans.push(span.clone());
            }
            rest.extend(node.as_array().unwrap_or_default());
            let entries = node.as_table().unwrap_or_default().iter();
            rest.extend(entries.map(|entry| &entry.node));
        }
        spans
    }

    /// Returns the name of the type for messages.
    pub const fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Boolean(_) => "a boolean",
            Value::Datetime(_) => "a date or time",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
            Value::Nothing => "`null`",
        }
    }

    /// The value of a JSON document, all of which was given at `place`.
    #[must_use]
    pub fn from_json(json: &Json, place: &Span) -> Self {
        let value = match json {
            Json::Null => Value::Nothing,
            Json::Bool(boolean) => Value::Boolean(*boolean),
            Json::Number(number) => match number.as_i128() {
                Some(integer) => Value::Integer(integer),
                None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => {
                let items = items.iter().map(|item| Self::from_json(item, place));
                Value::Array(items.collect())
            }
            Json::Object(members) => {
                let entry = |(key, json): (&String, &Json)| Entry {
                    key: key.clone(),
                    place: place.clone(),
                    node: Self::from_json(json, place),
                };
                Value::Table(members.iter().map(entry).collect())
            }
        };
        Self {
            value,
            place: place.clone(),
        }
    }

    /// The same value in JSON; dates become strings.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Text(text) | Value::Datetime(text) => Json::String(text.clone()),
            Value::Integer(integer) => Number::from_i128(*integer).map_or(Json::Null, Json::Number),
            Value::Float(float) => Number::from_f64(*float).map_or(Json::Null, Json::Number),
            Value::Boolean(boolean) => Json::Bool(*boolean),
            Value::Array(nodes) => Json::Array(nodes.iter().map(Self::to_json).collect()),
            Value::Table(entries) => Json::Object(object(entries)),
            Value::Nothing => Json::Null,
        }
    }

    /// The same value on one line of TOML.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let list = |items: Vec<String>| items.join(", ");
        match &self.value {
            Value::Text(text) => Json::from(text.as_str()).to_string(),
            Value::Integer(integer) => integer.to_string(),
            Value::Float(float) => float.to_string(),
            Value::Boolean(boolean) => boolean.to_string(),
            Value::Datetime(text) => text.clone(),
            Value::Array(nodes) => format!("[{}]", list(nodes.iter().map(Self::to_toml).collect())),
            Value::Table(entries) if entries.is_empty() => "{}".to_owned(),
            Value::Table(entries) => {
                let member = |entry: &Entry| format!("{} = {}", entry.key, entry.node.to_toml());
                format!("{{ {} }}", list(entries.iter().map(member).collect()))
            }
            Value::Nothing => "null".to_owned(),
        }
    }
}

/// The same table in JSON.
pub fn object(entries: &[Entry]) -> Map<String, Json> {
    entries
        .iter()
        .map(|entry| (entry.key.clone(), entry.node.to_json()))
        .collect()
}

fn entries(table: &DeTable<'_>, place: Option<&Span>) -> Vec<Entry> {
    let entry = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| Entry {
        key: key.get_ref().clone().into_owned(),
        place: at(key.span(), place),
        node: node(value, place),
    };
    table.iter().map(entry).collect()
}

fn node(value: &Spanned<DeValue<'_>>, place: Option<&Span>) -> Node {
    let converted = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(integer) => {
            let negative = integer.as_str().starts_with('-');
            let out_of_range = if negative { i128::MIN } else { i128::MAX };
            let parsed = i128::from_str_radix(integer.as_str(), integer.radix());
            Value::Integer(parsed.unwrap_or(out_of_range))
        }
        DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(boolean) => Value::Boolean(*boolean),
        DeValue::Datetime(datetime) => Value::Datetime(datetime.to_string()),
        DeValue::Array(array) => {
            Value::Array(array.iter().map(|value| node(value, place)).collect())
        }
        DeValue::Table(table) => Value::Table(entries(table, place)),
    };
    Node {
        value: converted,
        place: at(value.span(), place),
    }
}

fn at(span: Range<usize>, place: Option<&Span>) -> Span {
    place.cloned().unwrap_or(Span::File(span))
}
