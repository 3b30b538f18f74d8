//! The authorization response: its parameters, and the way in which they reach the client.

use std::fmt;

use form_urlencoded::Serializer;

/// The way in which the parameters of an authorization response reach the client
/// (OAuth 2.0 Multiple Response Type Encoding Practices §2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// In a form that the browser posts to the redirect URI (OAuth 2.0 Form Post Response Mode §2).
    FormPost,
}

impl ResponseMode {
    /// Every mode, in the order of the metadata document.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// The mode with this registered name, compared exactly.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
}

/// An authorization response, ready to be sent through the browser.
#[derive(Clone, PartialEq, Eq)]
pub enum AuthorizationResponse {
    /// The browser is redirected to this address.
    Redirect(String),
    /// The browser posts a form.
    FormPost(FormPost),
}

/// The form that carries an authorization response.
#[derive(Clone, PartialEq, Eq)]
pub struct FormPost {
    /// The redirect URI, as the client sent it.
    pub action: String,
    /// The fields: names and values.
    pub fields: Vec<(&'static str, String)>,
}

impl AuthorizationResponse {
    pub(super) fn new(
        mode: ResponseMode,
        redirect_uri: &str,
        parameters: Vec<(&'static str, String)>,
    ) -> Self {
        match mode {
            ResponseMode::Query => Self::Redirect(location(redirect_uri, &parameters)),
            // OIDC-FormPost-2: the action is the redirect URI, which keeps its own query
            ResponseMode::FormPost => Self::FormPost(FormPost {
                action: redirect_uri.to_owned(),
                fields: parameters,
            }),
        }
    }
}

/// The parameters may hold a code.
impl fmt::Debug for AuthorizationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizationResponse")
    }
}

impl fmt::Debug for FormPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormPost")
    }
}

fn location(redirect_uri: &str, parameters: &[(&'static str, String)]) -> String {
    let separator = match redirect_uri.contains('?') {
        true if redirect_uri.ends_with(['?', '&']) => "",
        true => "&",
        false => "?",
    };
    let mut query = Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("{redirect_uri}{separator}{}", query.finish())
}
