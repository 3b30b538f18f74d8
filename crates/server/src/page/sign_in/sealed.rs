//! The sealed request of the sign-in page.

use airside_oauth::authorize::interaction::Page;

use crate::page::authorization::AuthorizationPage;

/// The sign-in page.
#[derive(Debug)]
pub struct SignIn;

impl AuthorizationPage for SignIn {
    const PAGE: Page = Page::SignIn;
}
