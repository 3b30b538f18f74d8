//! A page that a person opens, and the sign-in that leads back to it.

use airside_resource::Rejection;
use http::{Method, Response};
use url::form_urlencoded;

use super::BrowserMode;
use super::{
    gate,
    page::{self, see_other},
};
use crate::{body::Body, error::RequestError, request::CanonicalRequest};

impl BrowserMode {
    /// Returns a redirect to the sign-in for a person who opened a page; `None` if a sign-in would not
    /// help, or cannot lead back: a form is not sent again. Scripts get the refusal itself.
    pub(crate) fn sign_in_redirect(
        &self,
        navigation: &Navigation,
        error: &RequestError,
    ) -> Option<Response<Body>> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("return_to", navigation.return_to.as_ref()?);
        add_requirements(&mut query, error)?;
        Some(see_other(&format!(
            "{}?{}",
            self.at("sign-in"),
            query.finish()
        )))
    }

    /// Replaces the body of a refusal by a page for a person.
    pub(crate) fn error_page(
        &self,
        navigation: &Navigation,
        error: &RequestError,
        refused: Response<Body>,
    ) -> Response<Body> {
        if navigation.return_to.is_some() {
            return page::error_page(refused);
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        let requirements = add_requirements(&mut query, error).map(|()| query.finish());
        let sign_in = requirements.map(|query| match query.as_str() {
            "" => self.at("sign-in"),
            _ => format!("{}?{query}", self.at("sign-in")),
        });
        page::form_page(refused, sign_in.as_deref())
    }
}

/// A page that a person opens, by an address or by sending a form.
pub(crate) struct Navigation {
    /// Its path and query, to return to after a sign-in; of a form there is none.
    return_to: Option<String>,
}

impl Navigation {
    /// Reads it from a request; `None` if a script made it, or another site's form.
    pub(crate) fn of(request: &CanonicalRequest) -> Option<Self> {
        let headers = &request.parts.headers;
        let is_opened = request.parts.method == Method::GET;
        let counts = gate::is_navigation(headers) && (is_opened || gate::is_same_origin(headers));
        counts.then(|| Self {
            return_to: is_opened.then(|| request.target.path_and_query()),
        })
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
