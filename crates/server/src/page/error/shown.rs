//! Shows an error in place, under an id that the log has too.

use axum::response::Response;
use http::StatusCode;

use crate::{
    request_context::RequestContext,
    respond::page,
    view::{Details, ErrorPage, Link},
};

/// The contents of an error page, before it is known whether it may explain.
pub(super) struct ShownError<'a> {
    pub(super) status: StatusCode,
    pub(super) sentence: &'a str,
    pub(super) help: &'a str,
    pub(super) link: Option<Link<'a>>,
    pub(super) command: Option<&'a str>,
    pub(super) details: Option<Details<'a>>,
}

impl ShownError<'_> {
    /// Returns an error without a link, a command and details.
    pub(super) const fn new<'a>(
        status: StatusCode,
        sentence: &'a str,
        help: &'a str,
    ) -> ShownError<'a> {
        ShownError {
            status,
            sentence,
            help,
            link: None,
            command: None,
            details: None,
        }
    }
}

impl RequestContext {
    /// Shows an error in place, and logs it under the id that the page names.
    pub(super) fn show(&self, shown: ShownError<'_>) -> Response {
        self.log(shown.status, shown.sentence);
        self.show_refusal(shown)
    }

    /// Shows an error whose line is that of the refused request, which names the same id.
    pub(super) fn show_refusal(&self, shown: ShownError<'_>) -> Response {
        let html = self.issuer.view.error(&ErrorPage {
            sentence: shown.sentence,
            help: shown.help,
            link: shown.link,
            command: shown.command,
            error_id: Some(&self.origin.trace_id),
            details: shown.details.filter(|_| self.issuer.explains()),
        });
        page(shown.status, html)
    }

    /// Writes the line of an error page.
    pub(super) fn log(&self, status: StatusCode, sentence: &str) {
        let trace_id = &self.origin.trace_id;
        tracing::info!(trace_id, status = status.as_u16(), sentence, "error page");
    }
}

/// The help where trying again does not help.
pub(super) const TELL_ITS_MAKERS: &str =
    "Trying again will not help. Give the app’s makers this error id.";
