//! The sealed request of the sign-in page.

use airside_oauth::{authorize::interaction::Page, request::form::Params};

use crate::{
    page::{PageError, SealedPage, authorization::CheckedRequest},
    request_context::RequestContext,
};

/// The sign-in page.
#[derive(Debug)]
pub struct SignIn;

impl SealedPage for SignIn {
    const PAGE: Page = Page::SignIn;
    const CROSS_SITE_HELP: &'static str = SIGN_IN_AGAIN;
    const START: &'static str = "/authorize";
    type Request = CheckedRequest;

    fn check(context: &RequestContext, params: Params) -> Result<CheckedRequest, PageError> {
        CheckedRequest::check(context, params.into())
    }
}

/// The help for a person whose form another site submitted.
pub(in crate::page) const SIGN_IN_AGAIN: &str =
    "Nothing was changed. If you meant to sign in, start again.";
