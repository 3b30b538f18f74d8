//! The pages that people see: plain HTML that works without JavaScript, one request a page.
//!
//! A page is one file here and one template: the struct with what the template shows, and the
//! method of [`View`] that renders it. Nothing here decides a status, a header or a URL: the caller
//! gives every `action`, base path included. The frame around it is that of `airside_page`.
//!
//! - `sign_in`, `select_account`, `consent`, `sign_out`, `setup`: forms, and what follows them
//! - `error`, `home`: what is shown in place of them
//! - `form_post`: the form that carries an authorization response
//! - `scope_words`, `claim_words`: what a scope or a claim means to a person
//! - `text`: how text of strangers becomes HTML
//! - `hidden`: values that a form carries and no log may show

mod claim_words;
mod consent;
mod error;
mod form_post;
mod hidden;
mod home;
mod scope_words;
mod select_account;
mod setup;
mod sign_in;
mod sign_out;
#[cfg(test)]
mod tests;
mod text;

use airside_page::Page;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};
use serde::Serialize;

pub use claim_words::ClaimLine;
pub use consent::{ApiScopes, ClientLinks, ClientStanding, ConsentPage};
pub use error::{Details, ErrorPage, Fix, Link};
pub use form_post::{FormPostField, FormPostPage, SUBMIT_SCRIPT};
pub use hidden::Hidden;
pub use home::{HomePage, WrongHostPage};
pub use scope_words::ScopeLine;
pub use select_account::SelectAccountPage;
pub use setup::{SetupDonePage, SetupField, SetupPage, SetupProblem};
pub use sign_in::SignInPage;
pub use sign_out::{SignOutPage, SignedOutPage, WayBack};

/// Renders every page of the authorization server.
///
/// The templates are parsed once, by [`View::new`]; a value is cheap to share and never changes.
#[derive(Debug)]
pub struct View {
    templates: Environment<'static>,
}

impl View {
    /// Parses the embedded templates.
    ///
    /// # Errors
    ///
    /// The first syntax error of a template; a build whose tests pass has none.
    pub fn new() -> Result<Self, Error> {
        let mut templates = Environment::new();
        // By name alone a template could lose its escaping to a renamed file.
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates.set_formatter(text::write_escaped);
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).build()?);
        // With it on, an error prints the values that were being rendered.
        templates.set_debug(false);
        templates.add_filter("name", text::name);
        templates.add_filter("exact", text::exact);
        templates.add_filter("command", text::command);
        templates.add_filter("clip", text::clip);
        for (name, source) in TEMPLATES {
            templates.add_template(name, source)?;
        }
        Ok(Self { templates })
    }

    fn render(&self, shape: Shape<'_>, page: impl Serialize) -> String {
        self.try_render(&shape, page).unwrap_or_else(|cause| {
            tracing::error!(template = shape.template, %cause, "a page could not be rendered");
            LAST_RESORT.to_owned()
        })
    }

    fn try_render(&self, shape: &Shape<'_>, page: impl Serialize) -> Result<String, Error> {
        let body = self
            .templates
            .get_template(shape.template)?
            .render(Serde(page))?;
        let page = Page {
            title: shape.title,
            wide: shape.wide,
            body: &body,
        };
        Ok(page.render())
    }
}

struct Shape<'a> {
    template: &'static str,
    title: &'a str,
    wide: bool,
}

impl<'a> Shape<'a> {
    const fn narrow(template: &'static str, title: &'a str) -> Self {
        Self {
            template,
            title,
            wide: false,
        }
    }

    const fn wide(template: &'static str, title: &'a str) -> Self {
        Self {
            template,
            title,
            wide: true,
        }
    }
}

const TEMPLATES: [(&str, &str); 12] = [
    ("consent.html", include_str!("../templates/consent.html")),
    ("error.html", include_str!("../templates/error.html")),
    (
        "form_post.html",
        include_str!("../templates/form_post.html"),
    ),
    ("home.html", include_str!("../templates/home.html")),
    (
        "select_account.html",
        include_str!("../templates/select_account.html"),
    ),
    ("setup.html", include_str!("../templates/setup.html")),
    (
        "setup_done.html",
        include_str!("../templates/setup_done.html"),
    ),
    ("sign_in.html", include_str!("../templates/sign_in.html")),
    ("sign_out.html", include_str!("../templates/sign_out.html")),
    (
        "signed_out.html",
        include_str!("../templates/signed_out.html"),
    ),
    ("terminal.html", include_str!("../templates/terminal.html")),
    (
        "wrong_host.html",
        include_str!("../templates/wrong_host.html"),
    ),
];

const LAST_RESORT: &str = "<!doctype html>\n<html lang=\"en\" dir=\"ltr\">\n<title>This page could not be shown · Airside</title>\n\
    <h1>This page could not be shown</h1>\n<p>Go back to the app and try again.</p>\n</html>\n";
