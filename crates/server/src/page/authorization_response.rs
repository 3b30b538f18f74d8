//! Sends an authorization response through the browser, in the mode that the client chose.

use airside_oauth::authorize::{AuthorizationResponse, Destination, FormPost};
use axum::response::Response;
use url::{Host, Url};

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
        submitting_page(html, SUBMIT_SCRIPT, &form_action(&form.action))
    }
}

/// Returns the source of `form-action` that allows a redirect URI: its origin.
fn form_action(redirect_uri: &str) -> String {
    match Url::parse(redirect_uri) {
        // CSP has no sources with an IPv6 address
        Ok(url) if matches!(url.host(), Some(Host::Ipv6(_))) => format!("{}:", url.scheme()),
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => "'none'".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_go_to_the_origin_of_the_redirect_uri() {
        for (uri, source) in [
            ("https://app.example/cb?x=1", "https://app.example"),
            ("https://app.example:8443/cb", "https://app.example:8443"),
            ("http://127.0.0.1:51004/cb", "http://127.0.0.1:51004"),
            ("http://[::1]:51004/cb", "http:"),
            ("com.example.app:/cb", "null"),
        ] {
            assert_eq!(form_action(uri), source, "{uri}");
        }
    }
}
