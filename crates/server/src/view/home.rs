//! The page at the root, and the one for an address that is not the issuer's.

use serde::Serialize;

use super::{Hidden, Shape, View};

/// The contents of the page at the root.
#[derive(Clone, Debug, Serialize)]
pub struct HomePage<'a> {
    /// The issuer's URL.
    pub issuer: &'a str,
    /// The path or URL of the metadata, base path included.
    pub metadata: &'a str,
    /// The origin that was opened, when its host is not the issuer's.
    pub opened: Option<&'a str>,
    /// The user who is signed in.
    pub username: Option<&'a str>,
    /// The address of the sign-out page.
    pub sign_out: &'a str,
}

/// The contents of the page for a request whose host is not the issuer's.
#[derive(Clone, Debug, Serialize)]
pub struct WrongHostPage<'a> {
    /// The origin that was opened.
    pub opened: &'a str,
    /// The issuer's URL.
    pub issuer: &'a str,
    /// The same page at the issuer, if it was opened by GET.
    pub go_on: Option<Hidden<'a>>,
    /// The command that starts the server at `opened`, where that can work.
    pub fix: Option<&'a str>,
}

impl View {
    /// Renders the page at the root: what this server is, who is signed in, and where its metadata are.
    pub fn home(&self, page: &HomePage<'_>) -> String {
        self.render(Shape::wide("home.html", "Home"), page)
    }

    /// Renders the answer to a wrong host: what was opened, what is configured, what to do.
    pub fn wrong_host(&self, page: &WrongHostPage<'_>) -> String {
        self.render(
            Shape::wide("wrong_host.html", "This server has another address"),
            page,
        )
    }
}
