//! The person who signs in and consents.

use std::fmt;

use crate::{form::Form, page::Page};

/// A person: username, password, and the fields that an issuer's pages have for them.
#[derive(Clone)]
pub struct Person {
    username: String,
    password: String,
    fields: FieldNames,
}

/// The ids or names of the fields of an issuer's pages.
#[derive(Clone, Debug)]
pub struct FieldNames {
    /// The field for the username.
    pub username: String,
    /// The field for the password.
    pub password: String,
    /// The button that consents, or another field of its form.
    pub allow: String,
}

impl Default for FieldNames {
    fn default() -> Self {
        Self {
            username: "username".to_owned(),
            password: "password".to_owned(),
            allow: "allow".to_owned(),
        }
    }
}

impl Person {
    /// Returns a person for pages with the usual fields `username`, `password` and `allow`.
    #[must_use]
    pub fn new(username: &str, password: &str) -> Self {
        Self {
            username: username.to_owned(),
            password: password.to_owned(),
            fields: FieldNames::default(),
        }
    }

    /// Uses pages with other fields.
    #[must_use]
    pub fn with_fields(self, fields: FieldNames) -> Self {
        Self { fields, ..self }
    }

    /// Returns the form of a page, filled in; `None` if the page asks for nothing that is known.
    #[must_use]
    pub fn fill_in(&self, page: &Page) -> Option<Form> {
        let fields = &self.fields;
        if let Some(form) = page.form_with(&fields.password) {
            let form = form.fill(&fields.username, &self.username);
            return Some(form.fill(&fields.password, &self.password));
        }
        // some issuers ask for the username first, and for the password on the next page
        if let Some(form) = page.form_with(&fields.username) {
            return Some(form.fill(&fields.username, &self.username));
        }
        let form = page.form_with(&fields.allow)?;
        Some(form.press(&fields.allow))
    }
}

/// Prints neither username nor password.
impl fmt::Debug for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Person")
    }
}
