//! JSON by a reader of JSON, YAML by one of YAML, both within limits and without a key twice.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Which reader reads a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    /// YAML, of which JSON is a part.
    Any,
}

impl Format {
    pub(super) fn of(name: &str) -> Self {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        match extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            true => Self::Json,
            false => Self::Any,
        }
    }
}

/// Why a file cannot be read.
pub(super) struct ReadError {
    /// The reason, which may quote the file.
    pub(super) message: String,
    /// ` (line 1, column 2)`, or nothing.
    pub(super) place: String,
}

/// How many more values may be read.
pub(super) struct RemainingValues {
    nodes: usize,
}

impl Default for RemainingValues {
    fn default() -> Self {
        Self { nodes: MAX_NODES }
    }
}

/// Requires something that could be a document.
pub(super) fn require_document(text: &str) -> Result<(), String> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    match first {
        None => Err("the file is empty".to_owned()),
        Some(line) if line.starts_with('<') => Err(
            "it is a web page or XML, not an OpenAPI document: save the document itself, in JSON or YAML"
                .to_owned(),
        ),
        Some(_) => Ok(()),
    }
}

/// Reads a file, on a stack that is deep enough wherever it is called.
pub(super) fn parse(
    text: &str,
    format: Format,
    remaining: &mut RemainingValues,
) -> Result<Value, ReadError> {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    let failed = || ReadError {
        message: "it cannot be read: no thread for it".to_owned(),
        place: String::new(),
    };
    std::thread::scope(|scope| {
        let reader = thread.spawn_scoped(scope, || parse_here(text, format, remaining));
        let read = reader.map_err(|_| failed())?.join();
        read.unwrap_or_else(|_| Err(failed()))
    })
}

fn parse_here(
    text: &str,
    format: Format,
    remaining: &mut RemainingValues,
) -> Result<Value, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    if format == Format::Json {
        let before = remaining.nodes;
        let read = json(text, remaining);
        if matches!(&read, Err((error, Fault::Syntax)) if error.message.ends_with(OUT_OF_RANGE)) {
            // no rule looks at such a number, and YAML has it
            remaining.nodes = before;
            return yaml(text, remaining);
        }
        return read.map_err(|(error, fault)| match fault {
            Fault::Syntax if !text.trim_start().starts_with(['{', '[']) => ReadError {
                message: format!("{}: name the file `.yaml` if it is YAML", error.message),
                ..error
            },
            _ => error,
        });
    }
    if text.trim_start().starts_with(['{', '[']) {
        let before = remaining.nodes;
        match json(text, remaining) {
            Ok(value) => return Ok(value),
            Err((error, Fault::Limit)) => return Err(error),
            // YAML has such braces too
            Err((_, Fault::Syntax)) => remaining.nodes = before,
        }
    }
    yaml(text, remaining)
}

/// What is wrong with a text.
enum Fault {
    Syntax,
    /// A key twice, too deep, too much.
    Limit,
}

fn json(text: &str, remaining: &mut RemainingValues) -> Result<Value, (ReadError, Fault)> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // INVARIANT: the visitor has a limit of its own
    deserializer.disable_recursion_limit();
    let value = StrictVisitor::new(remaining).deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| {
        let fault = match error.is_data() {
            true => Fault::Limit,
            false => Fault::Syntax,
        };
        let place = place(error.line(), error.column());
        let text = error.to_string();
        let what = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(what, _)| what);
        let message = match fault {
            Fault::Limit => format!("{what}{place}"),
            Fault::Syntax => format!("it is not JSON{place}: {what}"),
        };
        (ReadError { message, place }, fault)
    })
}

fn yaml(text: &str, remaining: &mut RemainingValues) -> Result<Value, ReadError> {
    let options = serde_saphyr::options! {
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_events: 3 * MAX_NODES,
            // the visitor's own limit comes first
            max_depth: 2 * MAX_DEPTH,
            flow_nesting_limit: 2 * MAX_DEPTH,
            // an alias counts with all that it repeats
            max_aliases: MAX_NODES,
            max_anchors: MAX_NODES,
            max_merge_keys: MAX_NODES,
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 3 * MAX_NODES,
            max_alias_expansions_per_anchor: MAX_NODES,
        },
    };
    let read = |deserializer: serde_saphyr::Deserializer<'_, '_>| {
        StrictVisitor::new(remaining).deserialize(deserializer)
    };
    serde_saphyr::with_deserializer_from_str_with_options(text, options, read).map_err(|error| {
        let location = error.location();
        let place = location.map_or_else(String::new, |at| place(at.line(), at.column()));
        let message = said_of_yaml(&error.to_string(), &place);
        ReadError { message, place }
    })
}

/// What a reader of YAML says, in a sentence: its own words have several lines and are for programmers.
fn said_of_yaml(text: &str, place: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let what = match line
        .strip_prefix("line ")
        .and_then(|rest| rest.split_once(": "))
    {
        Some((_, what)) => what,
        None => line,
    };
    match what {
        own if own.starts_with("it ") || own == TWICE => format!("{own}{place}"),
        _ if what.starts_with("duplicate mapping key") => format!("{TWICE}{place}"),
        _ if what.starts_with("multiple YAML documents") => {
            format!("it has several YAML documents: keep one{place}")
        }
        _ if what.contains("budget")
            || what.contains("replay")
            || what.contains("alias expansion") =>
        {
            format!("it repeats more by aliases than is read{place}")
        }
        what => format!("it is not YAML{place}: {what}"),
    }
}

fn place(line: impl fmt::Display, column: impl fmt::Display) -> String {
    format!(" (line {line}, column {column})")
}

/// Builds a value, and refuses a key that is there twice, more than there is room for, and deep nesting.
struct StrictVisitor<'a> {
    remaining: &'a mut RemainingValues,
    depth_left: usize,
}

impl<'a> StrictVisitor<'a> {
    fn new(remaining: &'a mut RemainingValues) -> Self {
        Self {
            remaining,
            depth_left: MAX_DEPTH,
        }
    }

    fn deeper<E: de::Error>(&mut self) -> Result<StrictVisitor<'_>, E> {
        let depth_left = self.depth_left.checked_sub(1);
        let depth_left = depth_left
            .ok_or_else(|| E::custom(format!("it is nested deeper than {MAX_DEPTH} levels")))?;
        Ok(StrictVisitor {
            remaining: self.remaining,
            depth_left,
        })
    }
}

impl<'de> DeserializeSeed<'de> for StrictVisitor<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.remaining.nodes.checked_sub(1);
        self.remaining.nodes =
            left.ok_or_else(|| de::Error::custom(format!("it has more than {MAX_NODES} values")))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictVisitor<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(number(i64::try_from(value).ok(), value as f64))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(number(i64::try_from(value).ok(), value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(number(None, value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(self.deeper()?)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key_seed(Key)? {
            let value = map.next_value_seed(self.deeper()?)?;
            if members.insert(name, value).is_some() {
                return Err(de::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(members))
    }
}

/// A key, which is written as a text where it is none: nothing that counts has such a key.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok("null".to_owned())
    }

    fn visit_none<E>(self) -> Result<String, E> {
        Ok("null".to_owned())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_str<E>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_string<E>(self, value: String) -> Result<String, E> {
        Ok(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<String, A::Error> {
        while sequence.next_element::<de::IgnoredAny>()?.is_some() {}
        Err(de::Error::custom(COMPOSITE))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        while map
            .next_entry::<de::IgnoredAny, de::IgnoredAny>()?
            .is_some()
        {}
        Err(de::Error::custom(COMPOSITE))
    }
}

/// A number, which no rule reads unless it is whole.
fn number(whole: Option<i64>, value: f64) -> Value {
    match whole {
        Some(whole) => whole.into(),
        None => Number::from_f64(value).map_or(Value::Null, Value::Number),
    }
}

const TWICE: &str = "a key is there twice";
const OUT_OF_RANGE: &str = "number out of range";
const COMPOSITE: &str = "it has a key that is a list or a map";
const MAX_NODES: usize = 5_000_000;

/// The readers take some kilobytes of stack for a level.
const MAX_DEPTH: usize = 500;

const STACK_BYTES: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: Format) -> Result<Value, String> {
        parse(text, format, &mut RemainingValues::default()).map_err(|error| error.message)
    }

    #[test]
    fn both_readers_read_the_same() {
        let json = r#"{"a":[1,-1,1.5,true,null,"x"],"200":{"b":18446744073709551616}}"#;
        let yaml = "a: [1, -1, 1.5, true, null, x]\n200: {b: 18446744073709551616}\n";
        let value = read(json, Format::Json).unwrap();
        assert_eq!(read(json, Format::Any).unwrap(), value);
        assert_eq!(read(yaml, Format::Any).unwrap(), value);
        assert_eq!(read("{a: b}", Format::Any).unwrap()["a"], "b");
        assert_eq!(
            read("\u{feff}{}", Format::Json).unwrap(),
            Value::Object(Map::new())
        );
        assert_eq!(read("a: .inf", Format::Any).unwrap()["a"], ".inf");
        for format in [Format::Json, Format::Any] {
            assert!(read(r#"{"a":1e400,"b":[]}"#, format).is_ok());
        }
        let keys = read("{null: 1, 2: 3, true: x, 1.5: y}", Format::Any).unwrap();
        let keys: Vec<_> = keys.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["null", "2", "true", "1.5"]);
    }

    #[test]
    fn what_is_repeated_by_aliases_counts_each_time() {
        let often = format!(
            "e: &e {{a: b}}
all: [{}]
",
            "*e, ".repeat(60_000)
        );
        assert!(read(&often, Format::Any).is_ok());
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let laughs = names.windows(2).map(|pair| {
            let ten = vec![format!("*{}", pair[0]); 10].join(", ");
            format!("{}: &{} [{ten}]\n", pair[1], pair[1])
        });
        let laughs: String = laughs.collect();
        let text = format!("a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n{laughs}").replace("\\n", "\n");
        let why = read(&text, Format::Any).unwrap_err();
        assert!(why.starts_with("it repeats more by aliases"), "{why}");
    }

    #[test]
    fn what_is_wrong_is_a_sentence_with_its_place() {
        for (text, format, why) in [
            (
                "a: 1\na: 2",
                Format::Any,
                "a key is there twice (line 2, column 1)",
            ),
            (
                "{\"a\":1,\"a\":2}",
                Format::Json,
                "a key is there twice (line 1, column 13)",
            ),
            (
                "a: 1\n---\nb: 2",
                Format::Any,
                "it has several YAML documents: keep one (line 3, column 1)",
            ),
            (
                "a:\n\tb: 1",
                Format::Any,
                "it is not YAML (line 2, column 2): ",
            ),
            (
                "{\"a\":}",
                Format::Json,
                "it is not JSON (line 1, column 6): expected value",
            ),
            (
                "a: 1",
                Format::Json,
                "it is not JSON (line 1, column 1): expected value: name the file `.yaml`",
            ),
            (
                "? [a, b]\n: 1",
                Format::Any,
                "it has a key that is a list or a map",
            ),
        ] {
            let said = read(text, format).unwrap_err();
            assert!(
                said.starts_with(why) && !said.contains('\n'),
                "{text}: {said}"
            );
        }
    }

    #[test]
    fn what_is_nested_deep_is_read_up_to_a_limit() {
        let deep = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        for format in [Format::Json, Format::Any] {
            assert!(read(&deep(MAX_DEPTH - 1), format).is_ok());
            let why = read(&deep(MAX_DEPTH + 2), format).unwrap_err();
            assert!(why.contains("deeper than 500"), "{why}");
        }
        let deep = |levels: usize| {
            (0..levels).fold(String::new(), |text, level| {
                format!("{text}{}a:\n", " ".repeat(level))
            })
        };
        assert!(read(&deep(MAX_DEPTH - 10), Format::Any).is_ok());
        let why = read(&deep(MAX_DEPTH + 10), Format::Any).unwrap_err();
        assert!(why.contains("deeper than 500"), "{why}");
    }

    #[test]
    fn a_key_twice_and_a_value_too_much_are_refused() {
        for text in ["{\"a\":1,\"a\":1}", "a: 1\na: 1"] {
            assert!(read(text, Format::Any).is_err(), "{text}");
        }
        let mut remaining = RemainingValues { nodes: 3 };
        assert!(parse("[1,2]", Format::Json, &mut remaining).is_ok());
        let mut remaining = RemainingValues { nodes: 3 };
        assert!(parse("[1,2,3]", Format::Any, &mut remaining).is_err());
    }
}
