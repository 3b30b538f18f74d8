//! The consent page.

use serde::Serialize;

use super::{ClaimLine, Hidden, ScopeLine, Shape, View};

/// The contents of the consent page.
#[derive(Clone, Debug, Serialize)]
pub struct ConsentPage<'a> {
    /// The address that the form posts to, base path included.
    pub action: &'a str,
    /// The sealed interaction, sent back as `interaction`.
    pub interaction: Hidden<'a>,
    /// The client's name, as registered.
    pub client_name: &'a str,
    /// Names the place that answers go to: a host, a private-use scheme, or the person's device.
    pub client_host: &'a str,
    /// The standing of the client.
    pub standing: ClientStanding,
    /// The addresses that the client registered for people.
    pub pages: ClientLinks<'a>,
    /// The user who is signed in.
    pub username: &'a str,
    /// The sign-in page for the same request, for another user.
    pub sign_in: Hidden<'a>,
    /// The scopes of OpenID Connect that the client asks for.
    pub openid: Vec<ScopeLine<'a>>,
    /// The claims that the client asks for one by one, beside those of these scopes.
    pub claims: Vec<ClaimLine<'a>>,
    /// The APIs that the client asks for, each with its own scopes.
    pub apis: Vec<ApiScopes<'a>>,
    /// Until when a refresh token with `offline_access` lives, in words; `None` without that scope.
    pub stays_until: Option<&'a str>,
}

/// The addresses that a client registered for people, https all of them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ClientLinks<'a> {
    /// Its privacy policy, a link.
    pub policy: Option<&'a str>,
    /// Its terms of service, a link.
    pub terms: Option<&'a str>,
    /// Its logo, shown as text: nothing of it is loaded.
    pub logo: Option<&'a str>,
}

/// An API on the consent page.
#[derive(Clone, Debug, Serialize)]
pub struct ApiScopes<'a> {
    /// The identifier of the API.
    pub identifier: &'a str,
    /// The scopes asked for at this API; without one, the client may still use the API.
    pub scopes: Vec<&'a str>,
    /// The claims of the account that the access tokens for this API contain.
    pub claims: Vec<&'a str>,
}

/// The standing of a client, as far as this server knows who runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientStanding {
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
