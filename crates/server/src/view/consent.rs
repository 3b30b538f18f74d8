//! The consent page.

use serde::Serialize;

use super::{Hidden, ScopeLine, Shape, View};

/// What the consent page shows.
#[derive(Clone, Debug, Serialize)]
pub struct ConsentPage<'a> {
    /// Where the form posts to, base path included.
    pub action: &'a str,
    /// The sealed interaction, sent back as `interaction`.
    pub interaction: Hidden<'a>,
    /// The client's name, as registered.
    pub client_name: &'a str,
    /// The host of the redirect URI; for a private-use scheme, the scheme.
    pub client_host: &'a str,
    /// What is known about who runs the client.
    pub standing: Standing,
    /// Who is signed in.
    pub username: &'a str,
    /// The sign-in page for the same request, for somebody else.
    pub sign_in: Hidden<'a>,
    /// What the client asks for, in the order to show.
    pub scopes: Vec<ScopeLine<'a>>,
    /// The identifiers of the APIs that the scopes are for; may be empty.
    pub resources: Vec<&'a str>,
    /// Until when a refresh token with `offline_access` lives, in words; `None` without that scope.
    pub stays_until: Option<&'a str>,
}

/// Who runs a client, as far as this server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// An administrator marked it `first_party`.
    FirstParty,
    /// The operator registered it.
    Registered,
    /// Its redirect URI leads to the person's own device: any program there could be asking.
    AnyProgram,
}

impl View {
    /// Renders the consent page: `#allow` and `#deny`, of equal size, are its only submits and
    /// send `decision`.
    pub fn consent(&self, page: &ConsentPage<'_>) -> String {
        self.render(Shape::narrow("consent.html", "Allow access"), page)
    }
}
