//! Values for requests: canaries in free texts, and what schemas, names and examples ask for elsewhere.
//!
//! | module | holds |
//! |---|---|
//! | `filler` | values of schemas |
//! | `mint` | unique texts and numbers |
//! | `tactic` | ways to fill a body, and what a refusal teaches about them |

mod filler;
mod mint;
mod pattern;
mod tactic;

use airside_api::document::Schema;
use serde_json::Value;

use self::filler::Filler;

pub use filler::typed;
pub use mint::{Canary, MIN_CANARY, Mint};
pub use tactic::{FilledValue, KnownParts, Tactic, repaired};

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

#[cfg(test)]
mod tests;
