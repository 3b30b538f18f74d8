//! Values for requests: canaries in free texts, and what schemas, names and examples ask for elsewhere.
//!
//! | module | holds |
//! |---|---|
//! | `choice` | the value of a member that takes only some values |
//! | `filler` | values of schemas |
//! | `form` | texts of a form that a format or a name asks for |
//! | `list` | lists in values |
//! | `mint` | unique texts and numbers |
//! | `pattern` | texts that match regular expressions |
//! | `tactic` | ways to fill a body, and what a refusal teaches about them |

mod choice;
mod filler;
mod form;
mod list;
mod mint;
mod pattern;
mod tactic;

use airside_api::document::Schema;
use serde_json::Value;

use self::filler::Filler;

pub(crate) use choice::says_who_sees;
pub use filler::typed;
pub(crate) use form::is_made_phone;
pub(crate) use mint::CANARY_START;
pub use mint::{Canary, MIN_CANARY, Mint, canaries_in};
pub(crate) use pattern::takes;
pub use tactic::{FilledValue, Guess, KnownParts, Tactic, repaired};

/// The facts that are known about a value beside its schema.
#[derive(Clone, Copy, Debug)]
pub struct Hints<'a> {
    /// The tactic by which it is filled.
    pub tactic: &'a Tactic,
    /// The identifiers in it.
    pub known: &'a KnownParts,
    /// The members that answers have, by their names.
    pub seen: &'a Schema,
}

/// Makes a value of a schema.
#[must_use]
pub fn fill(schema: &Schema, hints: Hints<'_>, mint: &Mint) -> FilledValue {
    let mut filler = Filler {
        tactic: hints.tactic,
        known: hints.known,
        mint,
        canaries: Vec::new(),
    };
    let mut value = filler.value(schema, "", "", 0);
    if let Value::Object(members) = &mut value {
        for (name, guess) in &hints.tactic.added {
            if !members.contains_key(name) {
                let value = filler.guessed(name, *guess, hints.seen.property(name));
                members.insert(name.clone(), value);
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
    let members = example.as_object().into_iter().flatten();
    let properties = members.map(|(name, value)| (name.clone(), inferred(value)));
    let items = example.as_array().and_then(|items| items.first());
    let is_scalar = !example.is_object() && !example.is_array();
    Schema {
        types: vec![kind.to_owned()],
        properties: properties.collect(),
        items: items.map(|one| Box::new(inferred(one))),
        example: is_scalar.then(|| example.clone()),
        ..Schema::default()
    }
}

#[cfg(test)]
mod tests;
