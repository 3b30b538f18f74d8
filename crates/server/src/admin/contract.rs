//! The contract of the admin API: its document, and the schemas by which requests are read.

use std::{any::TypeId, collections::HashMap};

use airside_oauth::request::form::Params;
use serde_json::{Map, Value, json};

use super::{AdminError, input::Input, problem::Violation, schema::Schemas};

/// The document, and the schemas of requests.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) document: Value,
    pub(super) schemas: Map<String, Value>,
    pub(super) inputs: HashMap<TypeId, Value>,
}

impl Contract {
    /// Returns the document.
    pub(super) fn document(&self) -> &Value {
        &self.document
    }

    /// Reads the parameters of a query.
    pub(super) fn query<Q: Input>(&self, sent: &Params) -> Result<Q, AdminError> {
        let none = Map::new();
        let schema = self.inputs.get(&TypeId::of::<Q>());
        let known = schema.and_then(|schema| schema.get("properties")?.as_object());
        let known = known.unwrap_or(&none);
        let typed = sent.iter().map(|(name, text)| {
            let schema = known.get(name);
            let value = schema.map(|schema| Schemas(&self.schemas).typed(text, schema));
            (name.to_owned(), value.unwrap_or_else(|| text.into()))
        });
        self.read(typed.collect())
    }

    /// Reads a body; one that is `null` has no members.
    pub(super) fn body<B: Input>(&self, mut body: Value) -> Result<B, AdminError> {
        if body.is_null() {
            body = json!({});
        }
        if let Some(schema) = self.inputs.get(&TypeId::of::<B>()) {
            Schemas(&self.schemas).leave_out_null(&mut body, schema);
        }
        self.read(body)
    }

    fn read<T: Input>(&self, value: Value) -> Result<T, AdminError> {
        if let Some(schema) = self.inputs.get(&TypeId::of::<T>()) {
            let found = Schemas(&self.schemas).violations(&value, schema);
            if !found.is_empty() {
                return Err(AdminError::violations(found));
            }
        }
        T::deserialize(&value).map_err(|error| refused::<T>(&value, &error))
    }
}

/// Refuses what a type does not take, at the member that it refuses.
fn refused<T: Input>(value: &Value, error: &serde_json::Error) -> AdminError {
    let detail = error.to_string();
    let mut names = value.as_object().into_iter().flat_map(Map::keys);
    match names.find(|name| is_taken_without::<T>(value, name)) {
        None => AdminError::invalid(detail),
        Some(name) => AdminError::violations(vec![Violation {
            pointer: format!("/{name}"),
            detail,
        }]),
    }
}

/// Tells whether a type takes all the other members of an object, so far as they are enough for it.
fn is_taken_without<T: Input>(value: &Value, name: &str) -> bool {
    let Value::Object(members) = value else {
        return false;
    };
    let mut others = members.clone();
    others.remove(name);
    match T::deserialize(&Value::Object(others)) {
        Ok(_) => true,
        Err(error) => error
            .to_string()
            .starts_with(&format!("missing field `{name}`")),
    }
}
