//! The sign-out confirmation, and what follows it.

use serde::Serialize;

use super::{Hidden, Shape, View};

/// The contents of the sign-out confirmation.
#[derive(Clone, Debug, Serialize)]
pub struct SignOutPage<'a> {
    /// The address that the form posts to, base path included.
    pub action: &'a str,
    /// The sealed interaction, sent back as `interaction`.
    pub interaction: Hidden<'a>,
    /// The address for a person who stays signed in.
    pub home: &'a str,
    /// The user who is signed in, if there is one.
    pub username: Option<&'a str>,
    /// The client that asks for it, if it is known.
    pub client_name: Option<&'a str>,
    /// The client's own address, if it registered one.
    pub client_home: Option<&'a str>,
}

/// The contents of the page for a person who is signed out.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SignedOutPage<'a> {
    /// The way back to the client.
    pub back: WayBack<'a>,
    /// The client.
    pub client_name: Option<&'a str>,
}

/// The way back to a client that a signed-out person is shown.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WayBack<'a> {
    /// The client asked for none.
    #[default]
    NotAsked,
    /// An address that the client registered.
    Link(&'a str),
    /// The client asked for an address that it has not registered.
    NotRegistered,
}

impl View {
    /// Renders the confirmation; `#confirm-sign-out` is its only submit.
    pub fn sign_out(&self, page: &SignOutPage<'_>) -> String {
        self.render(Shape::narrow("sign_out.html", "Sign out"), page)
    }

    /// Renders what the browser shows when it has brought an answer to a command.
    ///
    /// The command redeems the code afterwards, so the page promises no tokens.
    pub fn back_to_the_terminal(&self, has_code: bool) -> String {
        let title = if has_code {
            "Back to the terminal"
        } else {
            "The terminal got no tokens"
        };
        let page = minijinja::context! { has_code => has_code };
        self.render(Shape::narrow("terminal.html", title), page)
    }

    /// Renders what follows a sign-out that returns to no client by itself.
    pub fn signed_out(&self, page: &SignedOutPage<'_>) -> String {
        self.render(Shape::narrow("signed_out.html", "Signed out"), page)
    }
}
