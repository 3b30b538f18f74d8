//! Sends an authorization response through the browser, in the mode that the client chose.

use airside_oauth::authorize::{AuthorizationResponse, Destination, FormPost};
use axum::response::Response;

use crate::{
    request_context::RequestContext,
    respond::{see_other, submitting_page},
    view::{FormPostField, FormPostPage, Hidden, SUBMIT_SCRIPT},
};

impl RequestContext {
    /// Sends the browser back to the client.
    pub(super) fn send_response(
        &self,
        destination: &Destination,
        response: AuthorizationResponse,
    ) -> Response {
        match response {
            AuthorizationResponse::Redirect(location) => see_other(&location),
            AuthorizationResponse::FormPost(form) => self.post_form(destination, &form),
        }
    }

    // OIDC-FormPost-2: the page is not stored, and its form leads to the redirect URI only
    fn post_form(&self, destination: &Destination, form: &FormPost) -> Response {
        let fields = form.fields.iter();
        let fields = fields.map(|(name, value)| FormPostField {
            name,
            value: Hidden(value),
        });
        let html = self.issuer.view.form_post(&FormPostPage {
            action: &form.action,
            client_name: destination.client.display_name(),
            fields: fields.collect(),
        });
        submitting_page(html, SUBMIT_SCRIPT)
    }
}
