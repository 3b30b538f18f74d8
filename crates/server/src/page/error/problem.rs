//! The kinds of errors of pages, and of requests that start over.

use std::sync::Arc;

use airside_oauth::{
    authorize::{Destination, DestinationError},
    client::Client,
    error::OAuthError,
};
use http::StatusCode;

use crate::browser::WrongHost;

/// The kind of a page error.
#[derive(Debug)]
pub enum PageProblem {
    /// The host that was opened is not the issuer's.
    WrongHost(WrongHost),
    /// The query is longer than any request that a page can carry.
    TooLong,
    /// The query or the form cannot be read.
    Malformed(String),
    /// The parameters of an authorization request cannot be read, its client neither.
    AuthorizationUnreadable(Box<PageProblem>),
    /// Another site's page submitted the form.
    CrossSite {
        /// The help for the person, depending on the form.
        help: &'static str,
        /// The address at which the request starts over, if the form carried one.
        restart: Option<String>,
    },
    /// The page was made for another browser, or this one keeps no cookies.
    OtherBrowser {
        /// The address at which the request starts over.
        restart: String,
    },
    /// No interaction, or one that was not made here for this page.
    Unreadable,
    /// The page is too old or was made for another session: the request starts over at this address.
    StartsOver(String),
    /// The authorization request cannot be trusted: no answer goes anywhere (RFC 6749 §4.1.2.1).
    DestinationError(DestinationError, Option<Arc<Client>>),
    /// The authorization request is refused, and the client is told.
    Refused(Box<Destination>, OAuthError),
    /// The set-up link cannot be used any more.
    SetUpOver,
    /// Nothing is at this address.
    NotFound,
    /// A browser opened an address that apps post to.
    ForApps,
    /// The address does not answer to this method.
    MethodNotAllowed,
    /// The store or the password pool cannot answer now.
    Unavailable(String),
    /// The server is overloaded.
    Overloaded,
}

impl PageProblem {
    /// Returns the status, the error and its description for a program, if the address is the problem.
    pub(super) const fn address_error(&self) -> Option<(StatusCode, &'static str, &'static str)> {
        match self {
            Self::NotFound => Some((
                StatusCode::NOT_FOUND,
                "not_found",
                "there is nothing at this address",
            )),
            Self::ForApps => Some((
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "this address answers to POST, with parameters in a form",
            )),
            Self::MethodNotAllowed => Some((
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request",
                "this address does not answer to this method: the Allow header names those of it",
            )),
            _ => None,
        }
    }
}
