//! A person with a browser at the issuer's pages.

use airside_client::{Browser, FieldNames, Form, Landing, Page, Person, Request};

use crate::target::Target;

/// A person with a browser.
#[derive(Clone)]
pub struct Visitor<'a> {
    target: &'a Target,
    browser: Browser,
    person: Person,
}

/// The page or redirect that a request ends at.
pub struct End {
    pub landing: Landing,
    /// The page has a form that the person fills in.
    asks: bool,
}

impl<'a> Visitor<'a> {
    /// Returns a visitor without cookies.
    pub fn new(target: &'a Target) -> Self {
        let options = &target.options;
        let person = Person::new(&options.username, &options.password);
        Self {
            target,
            browser: Browser::new(&options.redirect_uri),
            person: person.with_fields(FieldNames {
                username: options.username_field.clone(),
                password: options.password_field.clone(),
                allow: options.allow_button.clone(),
            }),
        }
    }

    /// Returns a visitor with the cookies of the command line.
    pub fn signed_in(target: &'a Target) -> Self {
        let mut visitor = Self::new(target);
        for (name, value) in &target.options.cookies {
            visitor.browser.cookies.plant(name, value);
        }
        visitor
    }

    /// Returns the visitor as a form of another site gets at it: without cookies for the same site.
    pub fn across_sites(&self) -> Self {
        let mut visitor = self.clone();
        visitor.browser.cookies = self.browser.cookies.across_sites();
        visitor
    }

    /// Returns true once a form was answered with a redirect that sends its fields again.
    pub fn repeats_forms(&self) -> bool {
        self.browser.repeats_forms()
    }

    /// Opens an address, and follows the issuer's redirects.
    pub async fn open(&mut self, url: &str) -> anyhow::Result<End> {
        self.send(Request::get(url)).await
    }

    /// Submits a form, and follows the issuer's redirects.
    pub async fn send(&mut self, request: Request) -> anyhow::Result<End> {
        let landing = self.browser.open(&mut self.target, request).await?;
        Ok(self.end(landing))
    }

    /// Opens an address, and signs in and consents wherever a page asks for it.
    pub async fn authorize(&mut self, url: &str) -> anyhow::Result<End> {
        let (browser, person) = (&mut self.browser, &self.person);
        let landing = browser.authorize(&mut self.target, url, person).await?;
        Ok(self.end(landing))
    }

    /// Returns the form of a page, filled in.
    pub fn fill_in(&self, page: &Page) -> Option<Form> {
        self.person.fill_in(page)
    }

    fn end(&self, landing: Landing) -> End {
        let asks = match &landing {
            Landing::Page(page) => page.answer.status.is_success() && self.fill_in(page).is_some(),
            Landing::Away(_) => false,
        };
        End { landing, asks }
    }
}

impl End {
    /// Returns a parameter that the client gets, in the query or in the fragment.
    pub fn returned(&self, name: &str) -> Option<String> {
        self.landing.returned(name)
    }

    /// Returns true if nothing was granted, no page asks, and only the client is told.
    pub fn is_refused(&self, redirect_uri: &str) -> bool {
        let Landing::Away(location) = &self.landing else {
            return !self.asks;
        };
        let rest = location.strip_prefix(redirect_uri);
        let is_client =
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#', '&']));
        is_client && self.granted().is_empty()
    }

    /// Returns the fields by which a page could be filled in.
    pub fn forms(&self) -> String {
        let Landing::Page(page) = &self.landing else {
            return String::new();
        };
        let names = page.field_names();
        let path = page.url.path();
        match names.is_empty() {
            true => format!(" without a form at `{path}`"),
            false => format!(" at `{path}` whose forms have `{}`", names.join("`, `")),
        }
    }

    /// Returns the end in a few words.
    pub fn said(&self) -> String {
        match (&self.landing, self.returned("error")) {
            (Landing::Away(_), Some(error)) => format!("redirect, {error}"),
            (Landing::Away(location), None) => {
                let address = location.split(['?', '#']).next().unwrap_or_default();
                format!("redirect to {address} with {}", self.granted().join(", "))
            }
            (Landing::Page(page), _) => {
                let what = if self.asks {
                    "page that goes on"
                } else {
                    "page"
                };
                format!("{} {what}", page.answer.status.as_u16())
            }
        }
    }

    fn granted(&self) -> Vec<&'static str> {
        let granted = GRANTED.into_iter();
        granted
            .filter(|name| self.returned(name).is_some())
            .collect()
    }
}

const GRANTED: [&str; 3] = ["code", "access_token", "id_token"];
