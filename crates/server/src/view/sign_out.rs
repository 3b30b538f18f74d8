//! The sign-out confirmation, and what follows it.

use serde::Serialize;

use super::{Hidden, Shape, View};

/// What the sign-out confirmation shows.
#[derive(Clone, Debug, Serialize)]
pub struct SignOutPage<'a> {
    /// Where the form posts to, base path included.
    pub action: &'a str,
    /// The sealed interaction, sent back as `interaction`.
    pub interaction: Hidden<'a>,
    /// Where a person goes who stays signed in.
    pub home: &'a str,
    /// Who is signed in, if anyone is.
    pub username: Option<&'a str>,
    /// The client that asks for it, if it is known.
    pub client_name: Option<&'a str>,
    /// The client's own address, if it registered one.
    pub client_home: Option<&'a str>,
}

/// What is shown to a person who is signed out.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SignedOutPage<'a> {
    /// An address that the client registered, to which the person can go on.
    pub back: Option<&'a str>,
    /// The client.
    pub client_name: Option<&'a str>,
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
