//! Builds values within limits; a duplicate key is an error.

use std::fmt;

use airside_api::document::MAX_NODES;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The number of values that may still be read.
pub(in crate::document) struct RemainingValues {
    pub(super) nodes: usize,
}

impl Default for RemainingValues {
    fn default() -> Self {
        Self { nodes: MAX_NODES }
    }
}

/// Builds a value; a duplicate key, too many values and deep nesting are errors.
pub(super) struct StrictVisitor<'a> {
    remaining: &'a mut RemainingValues,
    depth_left: usize,
}

impl<'a> StrictVisitor<'a> {
    pub(super) fn new(remaining: &'a mut RemainingValues) -> Self {
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

/// A key as text; keys of other types are converted, because no key that matters has another type.
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

/// Returns a number; no rule reads one that is not an integer.
fn number(whole: Option<i64>, value: f64) -> Value {
    match whole {
        Some(whole) => whole.into(),
        None => Number::from_f64(value).map_or(Value::Null, Value::Number),
    }
}

pub(super) const TWICE: &str = "a key is there twice";

const COMPOSITE: &str = "it has a key that is a list or a map";

/// The maximum depth; the readers use some kilobytes of stack for each level.
pub(super) const MAX_DEPTH: usize = 500;
