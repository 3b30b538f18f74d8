//! One run against one issuer.

use airside_client::{Answer, Parameters};
use anyhow::{Context, ensure};

use crate::{
    report::Report,
    target::Target,
    visitor::{End, Visitor},
};

/// One run against one issuer.
pub struct Suite<'a> {
    pub target: &'a Target,
    /// The person who signs in, with a browser.
    pub visitor: Visitor<'a>,
    pub report: Report,
}

/// The tokens of the honest client.
#[derive(Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    pub id: Option<String>,
}

impl<'a> Suite<'a> {
    /// Begins a run.
    pub fn new(target: &'a Target) -> Self {
        Self {
            target,
            visitor: Visitor::signed_in(target),
            report: Report::default(),
        }
    }

    /// Sends an authorization request, signs in and consents wherever a page asks for it.
    pub async fn authorize(&mut self, request: &Parameters) -> anyhow::Result<End> {
        let url = self.target.authorization(request);
        self.visitor.authorize(&url).await
    }

    /// Fetches a code of the honest client.
    pub async fn code(&mut self) -> anyhow::Result<String> {
        let end = self.authorize(&self.target.request()).await?;
        let code = end.returned("code");
        code.with_context(|| format!("no code, but {}{}", end.said(), end.forms()))
    }

    /// Fetches tokens of the honest client.
    pub async fn tokens(&mut self) -> anyhow::Result<Tokens> {
        let code = self.code().await?;
        let answer = self.target.redeem(&code).await?;
        let access = answer.member("access_token");
        Ok(Tokens {
            access: access.with_context(|| answer.outcome())?,
            refresh: answer.member("refresh_token"),
            id: answer.member("id_token"),
        })
    }

    /// Tries an authorization request that must lead neither to a code nor to another address.
    pub async fn refuse(&mut self, row: &'static str, tried: &str, request: &Parameters) {
        let url = self.target.authorization(request);
        match self.visitor.open(&url).await {
            Ok(end) => {
                let refused = end.is_refused(&self.target.options.redirect_uri);
                self.report.tried(row, tried, &end.said(), refused);
            }
            Err(error) => note(row, Err(error.context(tried.to_owned())), self),
        }
    }

    /// Records an answer that must be a refusal.
    pub fn refused(&mut self, row: &'static str, tried: &str, answer: &Answer) {
        let refused = is_refusal(answer);
        self.report.tried(row, tried, &answer.outcome(), refused);
    }

    /// Records an answer that must not be a refusal.
    pub fn alive(&mut self, row: &'static str, tried: &str, answer: &Answer) {
        let alive = answer.status.is_success();
        self.report.tried(row, tried, &answer.outcome(), alive);
    }
}

/// Records an attempt that failed: an unexpected answer stops one attempt and not the run.
pub fn note(row: &'static str, attempt: anyhow::Result<()>, suite: &mut Suite<'_>) {
    if let Err(error) = attempt {
        suite.report.untried(row, &format!("{error:#}"));
    }
}

/// Returns true for an answer of 400 or more without a token.
pub fn is_refusal(answer: &Answer) -> bool {
    answer.status.as_u16() >= 400 && answer.member("access_token").is_none()
}

/// Fails unless a legal request succeeded: a refusal beside it would prove nothing.
pub fn require(what: &str, answer: &Answer) -> anyhow::Result<()> {
    ensure!(answer.status.is_success(), "{what}: {}", answer.outcome());
    Ok(())
}
