//! The error page that teaches.

use serde::Serialize;

use super::{Shape, View};

/// What an error page shows.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage<'a> {
    /// What happened, for the person in front of the page; stable for one kind of error.
    pub sentence: &'a str,
    /// The id that finds the log line, where there is one.
    pub error_id: Option<&'a str>,
    /// What the client's developer needs; `None` where registered values must not be listed.
    pub details: Option<Details<'a>>,
}

/// The developer's part of an error page; every member is shown only if it is there.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Details<'a> {
    /// Whose developer is spoken to.
    pub client_name: Option<&'a str>,
    /// The value as it arrived.
    pub received: Option<&'a str>,
    /// The registered value that is nearest to it.
    pub nearest: Option<&'a str>,
    /// In what the two differ.
    pub differs: Option<&'a str>,
    /// The command or the change that settles it.
    pub fix: Option<&'a str>,
    /// The rule, with its section.
    pub why: Option<&'a str>,
    /// Whether the part is unfolded from the start: in development mode.
    pub open: bool,
}

impl View {
    /// Renders an error in place; it links nowhere, because nothing in the request is trusted.
    pub fn error(&self, page: &ErrorPage<'_>) -> String {
        self.render(Shape::wide("error.html", "Error"), page)
    }
}
