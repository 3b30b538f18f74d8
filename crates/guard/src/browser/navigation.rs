//! A page that a person opens, and the sign-in that leads back to it.

use airside_resource::Rejection;
use http::{Method, Response};
use url::form_urlencoded;

use super::BrowserMode;
use super::{gate, page::see_other};
use crate::{body::Body, error::RequestError, request::CanonicalRequest};

impl BrowserMode {
    /// Returns a redirect to the sign-in for a person who opened a page; `None` if a sign-in would not
    /// help. Scripts get the refusal itself.
    pub(crate) fn sign_in_redirect(
        &self,
        navigation: &Navigation,
        error: &RequestError,
    ) -> Option<Response<Body>> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("return_to", &navigation.0);
        add_requirements(&mut query, error)?;
        Some(see_other(&format!(
            "{}?{}",
            self.at("sign-in"),
            query.finish()
        )))
    }
}

/// The path and query of a page that a person opens, to return to it after a sign-in.
pub(crate) struct Navigation(String);

impl Navigation {
    /// Reads it from a request; `None` if a script or a form made it.
    pub(crate) fn of(request: &CanonicalRequest) -> Option<Self> {
        let opened =
            request.parts.method == Method::GET && gate::is_navigation(&request.parts.headers);
        opened.then(|| Self(request.target.path_and_query()))
    }
}

/// Adds what an API requires of the sign-in; `None` if no sign-in would help.
fn add_requirements(
    query: &mut form_urlencoded::Serializer<'_, String>,
    error: &RequestError,
) -> Option<()> {
    match error {
        RequestError::Rejected(Rejection::NoToken | Rejection::InvalidToken(_)) => {}
        RequestError::Rejected(Rejection::StepUp {
            acr_values,
            max_age,
        }) => {
            if !acr_values.is_empty() {
                query.append_pair("acr_values", &acr_values.join(" "));
            }
            if let Some(seconds) = max_age {
                query.append_pair("max_age", &seconds.to_string());
            }
        }
        _ => return None,
    }
    Some(())
}
