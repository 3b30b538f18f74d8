//! The form that carries an authorization response to the client.

use serde::Serialize;

use super::{Hidden, Shape, View};

/// The contents of the page that posts an authorization response.
#[derive(Clone, Debug, Serialize)]
pub struct FormPostPage<'a> {
    /// The redirect URI of the client.
    pub action: &'a str,
    /// The client's name, as registered.
    pub client_name: &'a str,
    /// The parameters of the response.
    pub fields: Vec<FormPostField<'a>>,
}

/// A parameter of an authorization response.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FormPostField<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value, which may be a code.
    pub value: Hidden<'a>,
}

impl View {
    /// Renders the form, which [`SUBMIT_SCRIPT`] submits; without scripts, `#continue` does.
    pub fn form_post(&self, page: &FormPostPage<'_>) -> String {
        self.render(Shape::narrow("form_post.html", "Back to the app"), page)
    }
}

/// The only script of all pages, as the template has it: the policy names its hash.
pub const SUBMIT_SCRIPT: &str = "document.forms[0].submit()";
