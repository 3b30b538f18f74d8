//! Tries the attacks that can be tried from outside against any issuer: `attack-suite`.
//!
//! | module | does |
//! |---|---|
//! | `target` | finds the issuer's endpoints, sends within bounds |
//! | `browser` | goes through an issuer's pages |
//! | `form` | what a page has to fill in |
//! | `report` | what was tried, what was answered, whether that is right |
//! | `redirect`, `authorize`, `page` | rows of the authorization endpoint |
//! | `code`, `refresh`, `token`, `bearer` | rows of the other endpoints |

mod authorize;
mod bearer;
mod browser;
mod code;
mod form;
mod page;
mod redirect;
mod refresh;
mod report;
mod target;
mod token;

use std::{fmt, path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use clap::Args;
use url::Url;

pub use self::report::Report;
use self::{
    browser::{Browser, End},
    target::{Request, Target, member, outcome},
};

/// Whom to try, and as whom.
#[derive(Args, Clone)]
pub struct Options {
    /// The issuer, as its metadata spells it
    #[arg(long)]
    pub issuer: Url,
    /// A client of the issuer
    #[arg(long)]
    pub client_id: String,
    /// Its secret; a public client has none
    #[arg(long)]
    pub client_secret: Option<String>,
    /// A registered redirect URI of the client; nothing has to listen there
    #[arg(long)]
    pub redirect_uri: String,
    /// What to ask for
    #[arg(long, default_value = SCOPE)]
    pub scope: String,
    /// One more parameter `NAME=VALUE` of the authorization request, such as `prompt=consent`
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// Who signs in
    #[arg(long, default_value = "")]
    pub username: String,
    /// The password
    #[arg(long, default_value = "")]
    pub password: String,
    /// The id or name of the username's field
    #[arg(long, default_value = "username")]
    pub username_field: String,
    /// The id or name of the password's field
    #[arg(long, default_value = "password")]
    pub password_field: String,
    /// The id or name of the button that allows, or of another field of its form
    #[arg(long, default_value = "allow")]
    pub allow_button: String,
    /// A cookie `NAME=VALUE` of a browser that is signed in, for pages that cannot be filled in
    #[arg(long = "cookie", value_name = "NAME=VALUE", value_parser = pair)]
    pub cookies: Vec<(String, String)>,
    /// A host that may be tried although it is not this machine
    #[arg(long = "allow-host", value_name = "HOST")]
    pub allowed_hosts: Vec<String>,
    /// The certificate authorities to trust (PEM) instead of the web's
    #[arg(long = "ca", value_name = "FILE")]
    pub authorities: Option<PathBuf>,
}

impl Options {
    /// What the command line has when it says nothing more.
    pub fn new(issuer: Url) -> Self {
        Self {
            issuer,
            client_id: String::new(),
            client_secret: None,
            redirect_uri: String::new(),
            scope: SCOPE.to_owned(),
            parameters: Vec::new(),
            username: String::new(),
            password: String::new(),
            username_field: "username".to_owned(),
            password_field: "password".to_owned(),
            allow_button: "allow".to_owned(),
            cookies: Vec::new(),
            allowed_hosts: Vec::new(),
            authorities: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Options")
    }
}

/// Tries every row, in less than five minutes and a thousand requests.
///
/// # Errors
///
/// If the issuer is not on this machine, or if what is legal does not succeed at first: then a
/// refusal would prove nothing.
pub async fn run(options: Options) -> anyhow::Result<Report> {
    let target = Target::discover(options).await?;
    let mut suite = Suite {
        browser: Browser::signed_in(&target),
        target: &target,
        report: Report::default(),
    };
    suite.tokens().await.context("the legal flow")?;
    suite.report.control("code and tokens of the honest client");
    let ended = tokio::time::timeout(LONGEST, suite.run()).await;
    note("–", ended.context("the issuer is too slow"), &mut suite);
    Ok(suite.report)
}

/// One run against one issuer.
struct Suite<'a> {
    target: &'a Target,
    /// The browser of the person who signs in.
    browser: Browser<'a>,
    report: Report,
}

/// What the honest client gets.
#[derive(Clone)]
struct Tokens {
    access: String,
    refresh: Option<String>,
    id: Option<String>,
}

impl Suite<'_> {
    async fn run(&mut self) {
        redirect::run(self).await;
        authorize::run(self).await;
        page::run(self).await;
        code::run(self).await;
        note("T10", refresh::run(self).await, self);
        token::run(self).await;
        bearer::run(self).await;
        note("–", self.afterwards().await, self);
    }

    async fn afterwards(&mut self) -> anyhow::Result<()> {
        self.tokens().await.context("the legal flow afterwards")?;
        self.report
            .control("code and tokens of the honest client, afterwards");
        Ok(())
    }

    /// Goes through the pages with this request, signing in and allowing where asked.
    async fn through(&mut self, request: &Request) -> anyhow::Result<End> {
        self.browser
            .through(&self.target.authorization(request))
            .await
    }

    /// A code of the honest client.
    async fn code(&mut self) -> anyhow::Result<String> {
        let end = self.through(&self.target.request()).await?;
        let code = end.returned("code");
        code.with_context(|| format!("no code, but {}{}", end.said(), end.forms()))
    }

    /// Tokens of the honest client.
    async fn tokens(&mut self) -> anyhow::Result<Tokens> {
        let code = self.code().await?;
        let answer = self.target.redeem(&code).await?;
        let access = member(&answer, "access_token");
        Ok(Tokens {
            access: access.with_context(|| outcome(&answer))?,
            refresh: member(&answer, "refresh_token"),
            id: member(&answer, "id_token"),
        })
    }

    /// Tries an authorization request that must not lead to a code, nor to anybody else.
    async fn refuse(&mut self, row: &'static str, tried: &str, request: &Request) {
        let url = self.target.authorization(request);
        match self.browser.open(&url).await {
            Ok(end) => {
                let refused = end.is_refused(&self.target.options.redirect_uri);
                self.report.tried(row, tried, &end.said(), refused);
            }
            Err(error) => note(row, Err(error.context(tried.to_owned())), self),
        }
    }
}

/// An issuer that answers otherwise than was expected stops one attempt and not the run.
fn note(row: &'static str, attempt: anyhow::Result<()>, suite: &mut Suite<'_>) {
    if let Err(error) = attempt {
        suite.report.untried(row, &format!("{error:#}"));
    }
}

/// A whole answer as a verdict: refused is what is 400 or more, and grants nothing.
fn is_refusal(answer: &crate::connection::Answer) -> bool {
    answer.status.as_u16() >= 400 && member(answer, "access_token").is_none()
}

/// Fails unless what must succeed did: a refusal beside it would prove nothing.
fn require(what: &str, answer: &crate::connection::Answer) -> anyhow::Result<()> {
    ensure!(answer.status.is_success(), "{what}: {}", outcome(answer));
    Ok(())
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is expected")?;
    Ok((name.to_owned(), value.to_owned()))
}

const SCOPE: &str = "openid offline_access";
const LONGEST: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests;
