//! A page that a browser shows.

use std::fmt;

use url::Url;

use crate::{answer::Answer, form::Form};

/// A page and its address.
pub struct Page {
    /// The address.
    pub url: Url,
    /// The answer.
    pub answer: Answer,
}

impl Page {
    /// Returns the first form.
    #[must_use]
    pub fn form(&self) -> Option<Form> {
        self.forms().into_iter().next()
    }

    /// Returns the first form that has a field or button with this id or name.
    #[must_use]
    pub fn form_with(&self, field: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.has(field))
    }

    /// Returns the fields and buttons of all forms, each by its id or else by its name.
    #[must_use]
    pub fn field_names(&self) -> Vec<String> {
        let forms = self.forms();
        let labels = forms.iter().flat_map(Form::labels);
        labels.map(str::to_owned).collect()
    }

    fn forms(&self) -> Vec<Form> {
        Form::all(&self.url, &self.answer.text())
    }
}

/// Prints status and path: query and body may hold secrets.
impl fmt::Debug for Page {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.answer.status, self.url.path())
    }
}
