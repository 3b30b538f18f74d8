//! A request that carries a sealed interaction, with everything about it proved.

use std::{fmt, sync::Arc};

use airside_oauth::{
    authorize::interaction::{Interaction, Page},
    key::secret::Digest,
    request::form::Params,
    time::Time,
};
use axum::extract::{FromRequest, Request};

use super::{Cookies, PageError, PageInput, PageProblem, Submission};
use crate::{issuer::Issuer, request_context::RequestContext};

/// A page whose address and form carry an interaction.
pub trait SealedPage: Sized {
    /// The page that the interaction must have been made for.
    const PAGE: Page;
    /// Helps a person whose form another site submitted.
    const CROSS_SITE_HELP: &'static str;
    /// The path at which the request starts over.
    const START: &'static str;
    /// The request inside, checked.
    type Request;

    /// Checks the request that the page was made for, as things are now.
    ///
    /// # Errors
    ///
    /// Whatever makes the request a bad one now.
    fn check(context: &RequestContext, params: Params) -> Result<Self::Request, PageError>;
}

/// A request to a sealed page, opened or submitted.
///
/// A value exists only if the request came to the issuer's own host, no other site submitted it, the
/// seal was made here for this page and this browser and is still young, and the request that it
/// carries passes every check as things are now.
pub struct PageRequest<P: SealedPage> {
    /// The issuer and the request.
    pub context: RequestContext,
    /// The browser's cookies of this issuer.
    pub cookies: Cookies,
    /// The fields that were submitted with the interaction.
    pub fields: Params,
    /// The interaction as the browser sent it.
    pub sealed: String,
    /// The interaction.
    pub interaction: Interaction,
    /// The request that the page is about.
    pub request: P::Request,
}

impl<P: SealedPage> fmt::Debug for PageRequest<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageRequest")
    }
}

impl<P: SealedPage> PageRequest<P> {
    /// Proves everything about `input`.
    ///
    /// # Errors
    ///
    /// [`PageError`] with the first thing that does not hold. If the page is expired or was opened in
    /// another browser, it carries the request, which starts over.
    pub fn open(input: PageInput) -> Result<Self, PageError> {
        let sealed = input.field("interaction").to_owned();
        let PageInput {
            context,
            cookies,
            fields,
            submission,
        } = input;
        let interaction = Interaction::open(&sealed, &context.issuer.keys().vault);
        let interaction = interaction.filter(|it| it.page == P::PAGE);
        let opened = interaction.and_then(|it| it.params().map(|params| (it, params)));
        let Some((interaction, params)) = opened else {
            return Err(context.refuse(unopened::<P>(submission)));
        };
        let restart = context.restart(P::START, &params)?;
        let browser = cookies.browser.as_ref();
        match problem::<P>(&interaction, submission, browser, context.now(), restart) {
            Some(problem) => Err(context.refuse(problem)),
            None => Ok(Self {
                request: P::check(&context, params)?,
                context,
                cookies,
                fields,
                sealed,
                interaction,
            }),
        }
    }

    /// Binds a new interaction to the browser of this request.
    pub fn bind(&self, interaction: Interaction) -> Interaction {
        match &self.cookies.browser {
            Some(browser) => interaction.for_browser(browser),
            None => interaction,
        }
    }

    /// Returns the value of a submitted field; empty if it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.fields.one(name).unwrap_or_default()
    }
}

/// Returns what is wrong with a request whose interaction was not made here for the page.
fn unopened<P: SealedPage>(submission: Submission) -> PageProblem {
    match submission {
        Submission::CrossSite => PageProblem::CrossSite {
            help: P::CROSS_SITE_HELP,
            restart: None,
        },
        _ => PageProblem::Unreadable,
    }
}

/// Returns why the page cannot be used in this browser now, if it cannot.
fn problem<P: SealedPage>(
    interaction: &Interaction,
    submission: Submission,
    browser: Option<&Digest>,
    now: Time,
    restart: String,
) -> Option<PageProblem> {
    match submission {
        Submission::CrossSite => Some(PageProblem::CrossSite {
            help: P::CROSS_SITE_HELP,
            restart: Some(restart),
        }),
        // a browser that keeps cookies gets a page of its own
        Submission::None if !interaction.belongs_to(browser) && browser.is_some() => {
            Some(PageProblem::StartsOver(restart))
        }
        _ if !interaction.belongs_to(browser) => Some(PageProblem::OtherBrowser { restart }),
        _ if !interaction.is_current(now) => Some(PageProblem::StartsOver(restart)),
        _ => None,
    }
}

impl<P: SealedPage> FromRequest<Arc<Issuer>> for PageRequest<P> {
    type Rejection = PageError;

    async fn from_request(request: Request, issuer: &Arc<Issuer>) -> Result<Self, PageError> {
        Self::open(PageInput::from_request(request, issuer).await?)
    }
}

impl RequestContext {
    /// Seals an interaction for a form or an address.
    ///
    /// # Errors
    ///
    /// [`PageProblem::Unavailable`] if the issuer has no key for it.
    pub(super) fn seal(&self, interaction: &Interaction) -> Result<String, PageError> {
        let sealed = interaction.seal(&self.issuer.keys().vault, &self.draw());
        sealed.ok_or_else(|| {
            let cause = "the interaction could not be sealed".to_owned();
            self.refuse(PageProblem::Unavailable(cause))
        })
    }

    /// Returns the address at which a request with these parameters starts over.
    ///
    /// # Errors
    ///
    /// As [`Self::seal`].
    pub(super) fn restart(&self, path: &str, params: &Params) -> Result<String, PageError> {
        let interaction = Interaction::new(Page::Request, params, self.now());
        self.with_interaction(path, &interaction)
    }

    /// Returns the address of a page that carries `interaction`.
    ///
    /// # Errors
    ///
    /// As [`Self::seal`].
    pub(super) fn with_interaction(
        &self,
        path: &str,
        interaction: &Interaction,
    ) -> Result<String, PageError> {
        let sealed = self.seal(interaction)?;
        Ok(self.address(&format!("{path}?interaction={sealed}")))
    }
}
