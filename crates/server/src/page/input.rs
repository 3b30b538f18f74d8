//! A request to a page, before anything sealed in it is opened.

use std::sync::Arc;

use airside_oauth::{
    key::secret::Digest,
    request::form::{Params, SentParams},
};
use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method};

use super::{PageError, PageProblem};
use crate::{
    browser::{Cookie, is_cross_site, wrong_host},
    input::{self, BodyError},
    issuer::Issuer,
    request_context::RequestContext,
};

/// A request to a page at the issuer's own host, its parameters read once: those of the query, or of
/// the form that was submitted. No name is in them twice.
#[derive(Debug)]
pub struct PageInput {
    /// The issuer and the request.
    pub context: RequestContext,
    /// The browser's cookies of this issuer.
    pub cookies: Cookies,
    /// The parameters.
    pub fields: Params,
    /// The submission of a form, if there is one.
    pub submission: Submission,
}

/// A request to a page at the issuer's own host whose repeated names are not refused yet.
///
/// The authorization endpoint takes it, because the client is told of a repeated name where it can be
/// trusted (RFC 6749 §4.1.2.1); every other page takes a [`PageInput`].
#[derive(Debug)]
pub struct SentPageInput {
    /// The issuer and the request.
    pub context: RequestContext,
    /// The browser's cookies of this issuer.
    pub cookies: Cookies,
    /// The parameters as they were sent.
    pub sent: SentParams,
    submission: Submission,
}

/// The cookies of one issuer, as digests; each `None` if the browser sent none, or two.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Names the browser from the first page on.
    pub browser: Option<Digest>,
    /// Names the session.
    pub session: Option<Digest>,
}

/// The submission of a form, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submission {
    /// None: the page was opened by its address.
    None,
    /// By a page of this issuer, as far as the browser says.
    SameOrigin,
    /// By a page of another site.
    CrossSite,
}

impl Cookies {
    fn read(issuer: &Issuer, headers: &HeaderMap) -> Self {
        Self {
            browser: Cookie::Browser.read(issuer, headers),
            session: Cookie::Session.read(issuer, headers),
        }
    }

    /// Returns the digest of the browser's cookie; makes one, with the header that sets it, if the
    /// browser has none.
    pub fn browser_or_new(&self, context: &RequestContext) -> (Digest, Option<HeaderValue>) {
        match self.browser {
            Some(browser) => (browser, None),
            None => {
                let (header, digest) = Cookie::Browser.make(&context.issuer, &context.draw());
                (digest, Some(header))
            }
        }
    }
}

impl PageInput {
    /// Returns the value of a parameter; empty if it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.fields.one(name).unwrap_or_default()
    }
}

impl SentPageInput {
    /// Returns the input if no name was sent twice.
    ///
    /// # Errors
    ///
    /// [`PageProblem::Malformed`] names one that was.
    pub fn single(self) -> Result<PageInput, PageError> {
        let Self {
            context,
            cookies,
            sent,
            submission,
        } = self;
        match sent.single(&[]) {
            Ok(fields) => Ok(PageInput {
                context,
                cookies,
                fields,
                submission,
            }),
            Err(twice) => Err(context.refuse(PageProblem::Malformed(twice.to_string()))),
        }
    }

    async fn read(request: Request, context: RequestContext) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        let issuer = &context.issuer;
        if let Some(opened) = wrong_host(issuer, &parts) {
            return Err(context.refuse(PageProblem::WrongHost(opened)));
        }
        let submission = match parts.method {
            Method::POST if is_cross_site(issuer, &parts.headers) => Submission::CrossSite,
            Method::POST => Submission::SameOrigin,
            _ => Submission::None,
        };
        let sent = match submission {
            Submission::None => query(parts.uri.query().unwrap_or_default()),
            _ => input::any_form(&parts.headers, body)
                .await
                .map_err(PageProblem::from),
        };
        Ok(Self {
            sent: sent.map_err(|problem| context.refuse(problem.at(parts.uri.path())))?,
            cookies: Cookies::read(&context.issuer, &parts.headers),
            submission,
            context,
        })
    }
}

fn query(text: &str) -> Result<SentParams, PageProblem> {
    if text.len() > MAX_QUERY_BYTES {
        return Err(PageProblem::TooLong);
    }
    SentParams::parse(text.as_bytes()).map_err(|error| PageProblem::Malformed(error.to_string()))
}

impl PageProblem {
    /// Returns the problem of a request to this path that cannot be read.
    fn at(self, path: &str) -> Self {
        match path.ends_with("/authorize") {
            true => Self::AuthorizationUnreadable(Box::new(self)),
            false => self,
        }
    }
}

impl From<BodyError> for PageProblem {
    fn from(error: BodyError) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl FromRequest<Arc<Issuer>> for PageInput {
    type Rejection = PageError;

    async fn from_request(request: Request, issuer: &Arc<Issuer>) -> Result<Self, PageError> {
        SentPageInput::from_request(request, issuer).await?.single()
    }
}

impl FromRequest<Arc<Issuer>> for SentPageInput {
    type Rejection = PageError;

    async fn from_request(request: Request, issuer: &Arc<Issuer>) -> Result<Self, PageError> {
        let context = RequestContext::of(request.extensions(), Arc::clone(issuer));
        Self::read(request, context).await
    }
}

/// Reads the body of a request to a page before the work on it begins.
///
/// # Errors
///
/// The page that says what was wrong with it.
pub async fn read_body(context: &RequestContext, request: Request) -> Result<Request, Response> {
    let (parts, body) = request.into_parts();
    match input::read(body).await {
        Ok(bytes) => Ok(Request::from_parts(parts, bytes.into())),
        Err(error) => {
            let problem = PageProblem::from(error).at(parts.uri.path());
            Err(context.refuse(problem).into_response())
        }
    }
}

/// With the other headers, the address must stay below what servers accept: 16 KiB.
const MAX_QUERY_BYTES: usize = 12 * 1024;
