//! Tries the attacks that can be tried from outside against any issuer.
//!
//! ```no_run
//! use airside_attack_suite::{Options, run};
//!
//! # async fn try_it() -> anyhow::Result<()> {
//! let report = run(Options {
//!     client_id: "app".to_owned(),
//!     redirect_uri: "http://127.0.0.1:9/callback".to_owned(),
//!     username: "alice".to_owned(),
//!     password: "correct horse battery".to_owned(),
//!     ..Options::new("http://127.0.0.1:8080".parse()?)
//! });
//! assert_eq!(report.await?.accepted(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! | module | does |
//! |---|---|
//! | `options` | names the issuer, the client and the person |
//! | `target` | finds the issuer's endpoints, and sends within bounds |
//! | `visitor` | goes through the issuer's pages |
//! | `suite` | holds one run; tries legal and forbidden requests |
//! | `forgery` | alters and forges tokens |
//! | `report` | collects attempts, answers and verdicts |
//! | `redirect`, `authorize`, `page` | try the authorization endpoint |
//! | `code`, `refresh`, `token`, `bearer` | try the other endpoints |

mod authorize;
mod bearer;
mod code;
mod forgery;
mod options;
mod page;
mod redirect;
mod refresh;
mod report;
mod suite;
mod target;
mod token;
mod visitor;

use std::time::Duration;

use anyhow::Context;

pub use self::{options::Options, report::Report};
use self::{
    suite::{Suite, note},
    target::Target,
};

/// Tries every row, in less than five minutes and a thousand requests.
///
/// # Errors
///
/// If the issuer is not on this machine, or if the legal flow does not succeed at first: then a
/// refusal would prove nothing.
pub async fn run(options: Options) -> anyhow::Result<Report> {
    let target = Target::discover(options).await?;
    let mut suite = Suite::new(&target);
    suite.tokens().await.context("the legal flow")?;
    suite.report.control("code and tokens of the honest client");
    let ended = tokio::time::timeout(MAX_TIME, rows(&mut suite)).await;
    let ended = ended.context("the issuer is too slow");
    note("–", ended, &mut suite);
    Ok(suite.report)
}

async fn rows(suite: &mut Suite<'_>) {
    redirect::run(suite).await;
    authorize::run(suite).await;
    page::run(suite).await;
    code::run(suite).await;
    note("T10", refresh::run(suite).await, suite);
    token::run(suite).await;
    bearer::run(suite).await;
    note("–", afterwards(suite).await, suite);
}

async fn afterwards(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    suite.tokens().await.context("the legal flow afterwards")?;
    let what = "code and tokens of the honest client, afterwards";
    suite.report.control(what);
    Ok(())
}

const MAX_TIME: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests;
