//! The body of a request.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use rusqlite::types::Value as SqlValue;
use serde_json::{Map, Value};

use crate::{answer::ApiError, database::Column};

/// A JSON object.
#[derive(Clone, Debug)]
pub(crate) struct Fields(Map<String, Value>);

/// A field that a request may write into the column of the same name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    is_optional: bool,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Number,
    Flag,
    OneOf(&'static [&'static str]),
}

impl Field {
    pub(crate) const fn text(name: &'static str) -> Self {
        Self::of(name, Kind::Text)
    }

    pub(crate) const fn number(name: &'static str) -> Self {
        Self::of(name, Kind::Number)
    }

    pub(crate) const fn flag(name: &'static str) -> Self {
        Self::of(name, Kind::Flag)
    }

    pub(crate) const fn one_of(name: &'static str, values: &'static [&'static str]) -> Self {
        Self::of(name, Kind::OneOf(values))
    }

    pub(crate) const fn optional(self) -> Self {
        Self {
            is_optional: true,
            ..self
        }
    }

    const fn of(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            is_optional: false,
        }
    }

    fn read(&self, value: &Value) -> Result<Column, ApiError> {
        let read = match (self.kind, value) {
            (Kind::Text, Value::String(text)) if text.len() <= MAX_TEXT => text.clone().into(),
            (Kind::OneOf(values), Value::String(text)) if values.contains(&text.as_str()) => {
                text.clone().into()
            }
            (Kind::Number, Value::Number(number)) => {
                SqlValue::from(number.as_i64().ok_or(ApiError::BadField(self.name))?)
            }
            (Kind::Flag, Value::Bool(flag)) => SqlValue::from(*flag),
            _ => return Err(ApiError::BadField(self.name)),
        };
        Ok((self.name, read))
    }
}

impl Fields {
    /// Reads the fields for a new row: what is not optional must be there.
    pub(crate) fn create(&self, fields: &[Field]) -> Result<Vec<Column>, ApiError> {
        let missing = fields
            .iter()
            .find(|field| !field.is_optional && !self.0.contains_key(field.name));
        if let Some(field) = missing {
            return Err(ApiError::BadField(field.name));
        }
        self.change(fields)
    }

    /// Reads those of the fields that were sent.
    pub(crate) fn change(&self, fields: &[Field]) -> Result<Vec<Column>, ApiError> {
        let sent = fields
            .iter()
            .filter_map(|field| Some((field, self.0.get(field.name)?)));
        sent.map(|(field, value)| field.read(value)).collect()
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<&str, ApiError> {
        self.optional_text(name).ok_or(ApiError::BadField(name))
    }

    pub(crate) fn optional_text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(crate) fn number(&self, name: &'static str) -> Result<i64, ApiError> {
        let number = self.0.get(name).and_then(Value::as_i64);
        number.ok_or(ApiError::BadField(name))
    }

    /// Returns the texts of a list.
    pub(crate) fn texts(&self, name: &'static str) -> Result<Vec<String>, ApiError> {
        let list = self.0.get(name).and_then(Value::as_array);
        let list = list.ok_or(ApiError::BadField(name))?.iter();
        let texts = list.map(|one| one.as_str().map(str::to_owned));
        texts.collect::<Option<_>>().ok_or(ApiError::BadField(name))
    }

    /// Returns the object in a member.
    pub(crate) fn inner(&self, name: &'static str) -> Result<Self, ApiError> {
        let inner = self.0.get(name).and_then(Value::as_object);
        inner.cloned().map(Self).ok_or(ApiError::BadField(name))
    }

    /// Iterates over everything that was sent.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|_| ApiError::BadBody)?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|_| ApiError::BadBody)
    }
}

const MAX_TEXT: usize = 500;
