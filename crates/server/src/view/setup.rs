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
    /// Why what was typed is refused, as a sentence.
    pub error: Option<&'a str>,
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
        let title = match page.error {
            Some(_) => "Error: set up",
            None => "Set up",
        };
        self.render(Shape::narrow("setup.html", title), page)
    }

    /// Renders what follows a successful set-up.
    pub fn setup_done(&self, page: &SetupDonePage<'_>) -> String {
        self.render(Shape::narrow("setup_done.html", "Set up"), page)
    }
}
