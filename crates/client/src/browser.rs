//! A browser without a screen.

use std::fmt;

use http::header;
use url::Url;

use crate::{
    answer::Answer, cookie::CookieJar, error::Error, page::Page, parameters::Parameters,
    person::Person, request::Request, transport::Transport,
};

/// One browser; another one has other cookies.
///
/// It follows redirects as long as they stay at the origin of the request, and stops at the client's
/// redirect URI. A redirect is always followed by GET.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The cookies.
    pub cookies: CookieJar,
    redirect_uri: String,
    repeats_forms: bool,
}

/// The end of a chain of redirects.
pub enum Landing {
    /// A page of the server that was asked.
    Page(Box<Page>),
    /// The `Location` of a redirect to the client, or to another origin.
    Away(String),
}

impl Browser {
    /// Returns a browser without cookies that stops at `redirect_uri`.
    #[must_use]
    pub fn new(redirect_uri: &str) -> Self {
        Self {
            cookies: CookieJar::default(),
            redirect_uri: redirect_uri.to_owned(),
            repeats_forms: false,
        }
    }

    /// Returns true once a form was answered with a redirect that sends its fields again
    /// (307 or 308, RFC 9700 §4.12).
    #[must_use]
    pub fn repeats_forms(&self) -> bool {
        self.repeats_forms
    }

    /// Sends a request with the browser's cookies, and follows redirects.
    ///
    /// # Errors
    ///
    /// - The error of `transport` for a request without an answer.
    /// - [`Error::Url`] if the address of the request is not a URL.
    /// - [`Error::Endless`] after 12 redirects.
    pub async fn open<T: Transport>(
        &mut self,
        transport: &mut T,
        request: Request,
    ) -> Result<Landing, T::Error> {
        let mut url = request.url.parse::<Url>().map_err(Error::Url)?;
        let mut request = request;
        for _ in 0..MAX_REDIRECTS {
            let is_form = request.method == http::Method::POST;
            let sent = self.cookies.add_to(request);
            let answer = transport.send(&sent).await?;
            self.cookies.keep(&sent.url, &answer);
            let Some(location) = redirection(&answer) else {
                return Ok(Landing::Page(Box::new(Page { url, answer })));
            };
            self.repeats_forms |= is_form && matches!(answer.status.as_u16(), 307 | 308);
            let Some(next) = self.followed(&url, location) else {
                return Ok(Landing::Away(location.to_owned()));
            };
            request = Request::get(next.as_str());
            url = next;
        }
        Err(Error::Endless(url.path().to_owned()).into())
    }

    /// Opens an authorization request, signs in and consents wherever a page asks for it.
    ///
    /// # Errors
    ///
    /// Those of [`Browser::open`].
    pub async fn authorize<T: Transport>(
        &mut self,
        transport: &mut T,
        url: &str,
        person: &Person,
    ) -> Result<Landing, T::Error> {
        let mut landing = self.open(transport, Request::get(url)).await?;
        for _ in 0..MAX_PAGES {
            let Landing::Page(page) = &landing else {
                return Ok(landing);
            };
            let Some(form) = person.fill_in(page) else {
                return Ok(landing);
            };
            landing = self.open(transport, form.submit()).await?;
        }
        Ok(landing)
    }

    /// Returns the address of a redirect that the browser follows.
    fn followed(&self, from: &Url, location: &str) -> Option<Url> {
        // text that is not a URL here may be one to another browser, and leads away in any case
        let next = from.join(location).ok()?;
        let stays = next.origin() == from.origin() && !location.starts_with(&self.redirect_uri);
        stays.then_some(next)
    }
}

impl Landing {
    /// Returns a parameter that the redirect to the client carries, in the query or in the fragment.
    #[must_use]
    pub fn returned(&self, name: &str) -> Option<String> {
        let Self::Away(location) = self else {
            return None;
        };
        let (_, parameters) = location.split_once(['?', '#'])?;
        let parameters = Parameters::parse(&parameters.replace(['#', '?'], "&"));
        parameters.get(name).map(str::to_owned)
    }
}

/// Prints an address without its query, which may hold a code.
impl fmt::Debug for Landing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(page) => page.fmt(formatter),
            Self::Away(location) => {
                let address = location.split(['?', '#']).next().unwrap_or_default();
                write!(formatter, "redirect to {address}")
            }
        }
    }
}

fn redirection(answer: &Answer) -> Option<&str> {
    let location = answer.header(header::LOCATION.as_str())?;
    answer.status.is_redirection().then_some(location)
}

const MAX_REDIRECTS: usize = 12;
const MAX_PAGES: usize = 6;

#[cfg(test)]
mod tests;
