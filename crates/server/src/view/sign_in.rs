//! The sign-in page.

use serde::Serialize;

use super::{Hidden, Shape, View};

/// The contents of the sign-in page.
#[derive(Clone, Debug, Serialize)]
pub struct SignInPage<'a> {
    /// The address that the form posts to, base path included.
    pub action: &'a str,
    /// The sealed interaction, sent back as `interaction`.
    pub interaction: Hidden<'a>,
    /// The client's name, as registered.
    pub client_name: &'a str,
    /// Names the place that answers go to: a host, a private-use scheme, or the person's device.
    pub client_host: &'a str,
    /// The username to start with: as typed before, from `login_hint`, or empty.
    pub username: &'a str,
    /// The reason why the input is refused, as a sentence.
    pub error: Option<&'a str>,
    /// A notice as a sentence, when the input is not refused.
    pub notice: Option<&'a str>,
}

impl View {
    /// Renders the sign-in page: `#username`, `#password` and `#sign-in` in one form.
    pub fn sign_in(&self, page: &SignInPage<'_>) -> String {
        let title = match (page.error, page.notice) {
            (Some(_), _) => "Error: sign in",
            (None, Some(_)) => "Wait: sign in",
            (None, None) => "Sign in",
        };
        self.render(Shape::narrow("sign_in.html", title), page)
    }
}
