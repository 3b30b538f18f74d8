//! The error page that teaches.

use serde::Serialize;

use super::{Shape, View};

/// The contents of an error page.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage<'a> {
    /// The heading and the title: what happened, without a full stop; stable for one kind of error.
    pub sentence: &'a str,
    /// The help in this case, for the person in front of the page.
    pub help: &'a str,
    /// A way on that can be trusted.
    pub link: Option<Link<'a>>,
    /// A command that helps, for the operator.
    pub command: Option<&'a str>,
    /// The id that finds the log line, where there is one.
    pub error_id: Option<&'a str>,
    /// The details for the client's developer; `None` where registered values must not be listed.
    pub details: Option<Details<'a>>,
}

/// A way on: an address of this issuer, or one that the client registered.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Link<'a> {
    /// The address.
    pub href: &'a str,
    /// The text.
    pub text: &'a str,
    /// The name that the words end with.
    pub name: Option<&'a str>,
}

impl<'a> Link<'a> {
    /// A link to where the same request starts over.
    pub const fn start_again(href: &'a str) -> Self {
        Self {
            href,
            text: "Start again",
            name: None,
        }
    }
}

/// The developer's part of an error page; every member is shown only if it is there.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Details<'a> {
    /// The client whose developer is addressed.
    pub client_name: Option<&'a str>,
    /// The value as it arrived.
    pub received: Option<&'a str>,
    /// The registered value that is nearest to it.
    pub nearest: Option<&'a str>,
    /// In what the two differ.
    pub differs: Option<&'a str>,
    /// The command or the change that helps.
    pub fix: Option<Fix<'a>>,
    /// The rule, with its section.
    pub why: Option<&'a str>,
}

/// A line for a shell or a file, and what it does.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Fix<'a> {
    /// Says in a word or two what the line is.
    pub label: &'a str,
    /// Says where the line goes, if it is not for a shell.
    pub prose: Option<&'a str>,
    /// The line.
    pub command: &'a str,
}

impl View {
    /// Renders an error in place; it links only to what the caller vouches for, because nothing in the
    /// request is trusted.
    pub fn error(&self, page: &ErrorPage<'_>) -> String {
        self.render(Shape::wide("error.html", page.sentence), page)
    }
}
