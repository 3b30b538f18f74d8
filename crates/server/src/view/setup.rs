//! The one-time page that makes the first administrator, and what follows it.

use serde::Serialize;

use super::{Hidden, Shape, View};

/// What the set-up page shows.
#[derive(Clone, Debug, Serialize)]
pub struct SetupPage<'a> {
    /// Where the form posts to, base path included.
    pub action: &'a str,
    /// The one-time token of the link, sent back as `token`.
    pub token: Hidden<'a>,
    /// The username as typed before, or empty.
    pub username: &'a str,
    /// Why what was typed is refused.
    pub problem: Option<SetupProblem<'a>>,
}

/// What was typed wrong, with a sentence that says why.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetupProblem<'a> {
    /// Which field is marked.
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

/// What is shown once the first administrator exists.
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
