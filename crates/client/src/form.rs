//! The forms of a page.

mod html;

use std::fmt;

use url::Url;

use self::html::{attribute, elements};
use crate::{parameters::Parameters, request::Request};

/// A form: the URL that it is submitted to, and its fields.
#[derive(Clone)]
pub struct Form {
    action: String,
    fields: Parameters,
    inputs: Vec<Input>,
}

#[derive(Clone)]
struct Input {
    id: String,
    name: String,
    value: String,
    is_button: bool,
}

impl Form {
    /// Returns the forms of the page at `url`.
    pub(crate) fn all(url: &Url, html: &str) -> Vec<Self> {
        let forms = elements(html, "form").into_iter();
        forms
            .map(|(head, body)| Self::read(url, head, body))
            .collect()
    }

    fn read(url: &Url, head: &str, body: &str) -> Self {
        let action = attribute(head, "action").unwrap_or_default();
        let action = url.join(&action).unwrap_or_else(|_| url.clone());
        let inputs = inputs(body);
        Self {
            action: action.into(),
            fields: fields(&inputs),
            inputs,
        }
    }

    /// Fills in the field with this id or name; a form without such a field stays as it is.
    #[must_use]
    pub fn fill(mut self, field: &str, value: &str) -> Self {
        if let Some(input) = self.find(field) {
            self.fields = self.fields.with(&input.name, value);
        }
        self
    }

    /// Presses the button with this id or name; a button without a name adds no field.
    #[must_use]
    pub fn press(mut self, button: &str) -> Self {
        let input = self.find(button);
        if let Some(input) = input.filter(|input| input.is_button && !input.name.is_empty()) {
            self.fields = self.fields.also(&input.name, &input.value);
        }
        self
    }

    /// Returns the request that submits the form.
    #[must_use]
    pub fn submit(self) -> Request {
        Request::form(self.action, self.fields)
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.find(field).is_some()
    }

    /// Iterates over fields and buttons, each by its id or else by its name.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        let labels = self.inputs.iter().map(Input::label);
        labels.filter(|label| !label.is_empty())
    }

    fn find(&self, field: &str) -> Option<&Input> {
        self.inputs
            .iter()
            .find(|input| input.id == field || input.name == field)
    }
}

/// Prints the names only: a value may be a secret.
impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.labels()).finish()
    }
}

impl Input {
    fn label(&self) -> &str {
        if self.id.is_empty() {
            &self.name
        } else {
            &self.id
        }
    }

    fn read(tag: &str) -> Option<Self> {
        let is_button = tag.starts_with("button");
        if !is_button && !tag.starts_with("input") {
            return None;
        }
        let tag = tag.split('>').next()?;
        let read = |name| attribute(tag, name).unwrap_or_default();
        Some(Self {
            id: read("id"),
            name: read("name"),
            value: read("value"),
            is_button: is_button || read("type") == "submit",
        })
    }
}

/// Returns the value of a field that the first form with such a field holds already.
pub(crate) fn value(html: &str, name: &str) -> Option<String> {
    elements(html, "form")
        .into_iter()
        .find_map(|(_, body)| Some(fields(&inputs(body)).get(name)?.to_owned()))
}

fn inputs(body: &str) -> Vec<Input> {
    body.split('<').filter_map(Input::read).collect()
}

fn fields(inputs: &[Input]) -> Parameters {
    let kept = inputs
        .iter()
        .filter(|input| !input.is_button && !input.name.is_empty());
    kept.map(|input| (input.name.clone(), input.value.clone()))
        .collect()
}

#[cfg(test)]
mod tests;
