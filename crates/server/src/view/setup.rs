//! The one-time page that makes the first administrator, and what follows it.

use serde::Serialize;

use super::{Hidden, Shape, View};

/// The contents of the set-up page.
#[derive(Clone, Debug, Serialize)]
pub struct SetupPage<'a> {
    /// The address that the form posts to, base path included.
    pub action: &'a str,
    /// The one-time token of the link, sent back as `token`.
    pub token: Hidden<'a>,
    /// The username as typed before, or empty.
    pub username: &'a str,
    /// The reason why the input is refused.
    pub problem: Option<SetupProblem<'a>>,
}

/// The input that is refused, with a sentence that says why.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetupProblem<'a> {
    /// The field that is marked.
    pub field: SetupField,
    /// The sentence.
    pub text: &'a str,
}

/// The fields of the set-up form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupField {
    /// The username.
    Username,
    /// The new password.
    Password,
}

/// The contents of the page once the first administrator exists.
#[derive(Clone, Debug, Serialize)]
pub struct SetupDonePage<'a> {
    /// The administrator's username.
    pub username: &'a str,
}

impl View {
    /// Renders the set-up form: `#username`, `#password` (new) and `#create-administrator`.
    pub fn setup(&self, page: &SetupPage<'_>) -> String {
        let title = match page.problem {
            Some(_) => "Error: set up",
            None => "Set up",
        };
        self.render(Shape::narrow("setup.html", title), page)
    }

    /// Renders what follows a successful set-up.
    pub fn setup_done(&self, page: &SetupDonePage<'_>) -> String {
        self.render(
            Shape::narrow("setup_done.html", "Administrator created"),
            page,
        )
    }
}
