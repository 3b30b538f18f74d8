//! A browser that goes through an issuer's pages, and where it ends up.

use std::collections::BTreeMap;

use anyhow::bail;
use http::header;
use url::Url;

use super::{
    form::Form,
    target::{Target, location},
};
use crate::connection::Answer;

/// Somebody's browser, with its cookies.
#[derive(Clone)]
pub struct Browser<'a> {
    target: &'a Target,
    cookies: BTreeMap<String, Cookie>,
    /// Whether a form was answered with a redirect that sends it once more.
    pub forwarded: bool,
}

#[derive(Clone)]
struct Cookie {
    value: String,
    /// `SameSite=Lax` or `Strict`: another site's forms go without it.
    is_same_site: bool,
}

/// Where a request ends.
pub enum End {
    /// Outside the issuer: at the app, or at a stranger.
    Back(String),
    /// On one of the issuer's pages.
    Page(Box<Page>),
}

/// A page, and whether it goes on from there.
pub struct Page {
    pub url: Url,
    pub answer: Answer,
    asks: bool,
}

impl<'a> Browser<'a> {
    /// One without cookies.
    pub fn new(target: &'a Target) -> Self {
        Self {
            target,
            cookies: BTreeMap::new(),
            forwarded: false,
        }
    }

    /// One with the cookies that were given for it.
    pub fn signed_in(target: &'a Target) -> Self {
        let mut browser = Self::new(target);
        for (name, value) in &target.options.cookies {
            let cookie = Cookie {
                value: value.clone(),
                is_same_site: false,
            };
            browser.cookies.insert(name.clone(), cookie);
        }
        browser
    }

    /// The same one as far as a form of another site gets at it.
    pub fn across_sites(&self) -> Self {
        let mut browser = self.clone();
        browser.cookies.retain(|_, cookie| !cookie.is_same_site);
        browser
    }

    /// Goes to an address, and on as far as the issuer leads without asking.
    pub async fn open(&mut self, url: &str) -> anyhow::Result<End> {
        let url: Url = url.parse()?;
        let cookies = self.cookie_header();
        let answer = self
            .target
            .get(url.as_str(), &headers(&cookies, &[]))
            .await?;
        self.follow(url, answer).await
    }

    /// The same, and signs in and allows where asked.
    pub async fn through(&mut self, url: &str) -> anyhow::Result<End> {
        let mut end = self.open(url).await?;
        for _ in 0..MAX_PAGES {
            let End::Page(page) = &end else {
                return Ok(end);
            };
            let Some(form) = self.filled(page) else {
                return Ok(end);
            };
            end = self.submit(&page.url.clone(), &form, &[]).await?;
        }
        Ok(end)
    }

    /// The form that a page asks to fill in, filled in.
    pub fn filled(&self, page: &Page) -> Option<Form> {
        let options = &self.target.options;
        let text = String::from_utf8_lossy(&page.answer.body);
        if let Some(mut form) = Form::with(&text, &options.password_field) {
            form.fill(&options.username_field, &options.username);
            form.fill(&options.password_field, &options.password);
            return Some(form);
        }
        // some ask for the name first, and for the password on the next page
        if let Some(mut form) = Form::with(&text, &options.username_field) {
            form.fill(&options.username_field, &options.username);
            return Some(form);
        }
        let mut form = Form::with(&text, &options.allow_button)?;
        form.press(&options.allow_button);
        Some(form)
    }

    /// Submits a form and goes on from there.
    pub async fn submit(
        &mut self,
        page: &Url,
        form: &Form,
        more: &[(&str, &str)],
    ) -> anyhow::Result<End> {
        let action = page.join(&form.action)?;
        let fields: Vec<_> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let cookies = self.cookie_header();
        let answer = self
            .target
            .post(action.as_str(), &headers(&cookies, more), &fields)
            .await?;
        self.forwarded |= matches!(answer.status.as_u16(), 307 | 308);
        self.follow(action, answer).await
    }

    async fn follow(&mut self, mut url: Url, mut answer: Answer) -> anyhow::Result<End> {
        for _ in 0..MAX_REDIRECTS {
            self.keep(&answer);
            let Some(next) = location(&answer).map(str::to_owned) else {
                return Ok(End::Page(self.page(url, answer)));
            };
            // what is no address to us may be one to a browser: it is not ours in any case
            let Some(next_url) = url
                .join(&next)
                .ok()
                .filter(|next| next.origin() == url.origin())
            else {
                return Ok(End::Back(next));
            };
            if next.starts_with(&self.target.options.redirect_uri) {
                return Ok(End::Back(next));
            }
            url = next_url;
            let cookies = self.cookie_header();
            answer = self
                .target
                .get(url.as_str(), &headers(&cookies, &[]))
                .await?;
        }
        bail!("the pages lead nowhere")
    }

    fn page(&self, url: Url, answer: Answer) -> Box<Page> {
        let mut page = Box::new(Page {
            url,
            answer,
            asks: false,
        });
        page.asks = page.answer.status.is_success() && self.filled(&page).is_some();
        page
    }

    fn keep(&mut self, answer: &Answer) {
        let lines = answer.headers.get_all(header::SET_COOKIE);
        for line in lines.iter().filter_map(|line| line.to_str().ok()) {
            self.set(line);
        }
    }

    pub(super) fn set(&mut self, line: &str) {
        let pair = line.split(';').next().and_then(|pair| pair.split_once('='));
        let Some((name, value)) = pair else { return };
        let attributes = line.to_ascii_lowercase();
        if attributes.contains("max-age=0") || value.is_empty() {
            self.cookies.remove(name);
            return;
        }
        let cookie = Cookie {
            value: value.to_owned(),
            is_same_site: ["samesite=lax", "samesite=strict"]
                .iter()
                .any(|attribute| attributes.contains(attribute)),
        };
        self.cookies.insert(name.to_owned(), cookie);
    }

    pub(super) fn cookie_header(&self) -> String {
        let pairs = self
            .cookies
            .iter()
            .map(|(name, cookie)| format!("{name}={}", cookie.value));
        pairs.collect::<Vec<_>>().join("; ")
    }
}

impl End {
    /// A parameter that the app gets, in the query or in the fragment.
    pub fn returned(&self, name: &str) -> Option<String> {
        let Self::Back(location) = self else {
            return None;
        };
        let (_, parameters) = location.split_once(['?', '#'])?;
        let parameters = parameters.replace(['#', '?'], "&");
        let mut pairs = form_urlencoded::parse(parameters.as_bytes());
        pairs
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Whether nothing was granted, nobody is asked, and nobody but the app is told.
    pub fn is_refused(&self, redirect_uri: &str) -> bool {
        match self {
            Self::Page(page) => !page.asks,
            Self::Back(location) => {
                let rest = location.strip_prefix(redirect_uri);
                let is_app =
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#', '&']));
                is_app && GRANTED.iter().all(|name| self.returned(name).is_none())
            }
        }
    }

    /// What could be named to get on from there.
    pub fn forms(&self) -> String {
        let Self::Page(page) = self else {
            return String::new();
        };
        let names = Form::names(&String::from_utf8_lossy(&page.answer.body));
        let path = page.url.path();
        match names.is_empty() {
            true => format!(" without a form at `{path}`"),
            false => format!(" at `{path}` whose forms have {}", names.join(", ")),
        }
    }

    /// Where it ends, in a few words.
    pub fn said(&self) -> String {
        match (self, self.returned("error")) {
            (Self::Back(_), Some(error)) => format!("redirect, {error}"),
            (Self::Back(location), None) => {
                let address = location.split(['?', '#']).next().unwrap_or_default();
                let granted: Vec<_> = GRANTED
                    .into_iter()
                    .filter(|name| self.returned(name).is_some())
                    .collect();
                format!("redirect to {address} with {}", granted.join(", "))
            }
            (Self::Page(page), _) => {
                let status = page.answer.status.as_u16();
                let what = if page.asks {
                    "page that goes on"
                } else {
                    "page"
                };
                format!("{status} {what}")
            }
        }
    }
}

fn headers<'a>(cookies: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = (!cookies.is_empty()).then_some(("cookie", cookies));
    own.into_iter().chain(more.iter().copied()).collect()
}

const GRANTED: [&str; 3] = ["code", "access_token", "id_token"];
const MAX_PAGES: usize = 6;
const MAX_REDIRECTS: usize = 12;
