//! Goes through the pages of the authorization code flow.

use airside_client::{Browser, Connection, Landing, Request};
use anyhow::Context;
use futures_util::future::try_join_all;
use url::Url;

use crate::{
    request::{authorization, member, redemption},
    subject::Subject,
};

/// Fetches `count` codes, for one person in several browsers.
pub async fn codes(url: &Url, subject: &Subject, count: usize) -> anyhow::Result<Vec<String>> {
    let each = count.div_ceil(BROWSERS);
    let fetching = (0..BROWSERS).map(|_| async {
        let mut visitor = Visitor::open(url, subject).await?;
        let mut codes = Vec::with_capacity(each);
        for _ in 0..each {
            codes.push(visitor.code().await?);
        }
        Ok(codes)
    });
    let fetched: anyhow::Result<Vec<Vec<String>>> = try_join_all(fetching).await;
    Ok(fetched?.concat())
}

/// A person with a browser that has one connection.
pub struct Visitor<'a> {
    url: &'a Url,
    subject: &'a Subject,
    connection: Connection,
    browser: Browser,
}

impl<'a> Visitor<'a> {
    /// Opens a browser without cookies.
    pub async fn open(url: &'a Url, subject: &'a Subject) -> anyhow::Result<Self> {
        Ok(Self {
            url,
            subject,
            connection: Connection::open(url).await?,
            browser: Browser::new(&subject.redirect_uri),
        })
    }

    /// Goes through the pages, as far as they are still shown, to a code.
    pub async fn code(&mut self) -> anyhow::Result<String> {
        let url = authorization(self.url, self.subject);
        let person = self.subject.person();
        let authorized = self.browser.authorize(&mut self.connection, &url, &person);
        let landing = authorized.await?;
        let code = landing.returned("code");
        code.with_context(|| format!("no code, but {}", described(&landing)))
    }

    /// Goes through the pages and redeems the code.
    pub async fn refresh_token(&mut self) -> anyhow::Result<String> {
        let code = self.code().await?;
        let request = redemption(self.url, self.subject, &code).to_http()?;
        let answer = self.connection.send(request).await?;
        member(&answer, "refresh_token").context("redeeming the code")
    }

    /// Goes to the sign-in page: the request that submits it, with the browser's cookies.
    pub async fn sign_in(mut self) -> anyhow::Result<Request> {
        let request = Request::get(authorization(self.url, self.subject));
        let landing = self.browser.open(&mut self.connection, request).await?;
        let form = match &landing {
            Landing::Page(page) => self.subject.person().fill_in(page),
            Landing::Away(_) => None,
        };
        let form = form.with_context(|| format!("no form, but {}", described(&landing)))?;
        Ok(self.browser.cookies.add_to(form.submit()))
    }
}

fn described(landing: &Landing) -> String {
    match landing {
        Landing::Page(page) => format!("{} {}", page.answer.status, page.answer.text()),
        Landing::Away(location) => format!("a redirect to {location}"),
    }
}

/// The number of browsers that fetch codes at the same time.
const BROWSERS: usize = 32;
