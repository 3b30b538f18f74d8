//! The page on which a person chooses an account.

use serde::Serialize;

use super::{Hidden, Shape, View};

/// The contents of the page.
#[derive(Clone, Debug, Serialize)]
pub struct SelectAccountPage<'a> {
    /// The address that the form posts to, base path included.
    pub action: &'a str,
    /// The sealed interaction, sent back as `interaction`.
    pub interaction: Hidden<'a>,
    /// The client's name, as registered.
    pub client_name: &'a str,
    /// Names the place that answers go to: a host, a private-use scheme, or the person's device.
    pub client_host: &'a str,
    /// The user who is signed in.
    pub username: &'a str,
}

impl View {
    /// Renders the page: `#this-account` and `#another-account` are its only submits and send `account`.
    pub fn select_account(&self, page: &SelectAccountPage<'_>) -> String {
        let shape = Shape::narrow("select_account.html", "Choose an account");
        self.render(shape, page)
    }
}
