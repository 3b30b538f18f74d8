//! A scan from beginning to end.
//!
//! | module | holds |
//! |---|---|
//! | `extent` | what was tested, and whether it is enough to conclude something |
//! | `pair` | the victim and the attacker |
//! | `replay` | the lines that show a hole again |
//! | `role` | the roles of callers who have more rights than others |
//! | `seed` | objects for both, before the checks |
//! | `sequence` | the exchanges that show a hole again in an API that knows no object of the scan |
//! | `summary` | the report |

mod extent;
mod pair;
mod replay;
mod role;
mod seed;
mod sequence;
mod summary;

use std::sync::{Arc, atomic::AtomicBool};

use airside_net::Client;
use parking_lot::Mutex;
use tokio::time::Instant;

use self::{
    pair::Pair,
    role::{callers, greater_roles},
    seed::seed,
    summary::Summary,
};
use crate::{
    check::{CHECKS, Context, Hole},
    document::{Api, Presentation},
    identity::{NamedIdentity, Recipe},
    probe::{BaseUrl, Limits, Probe},
    report::model::Report,
    session::{CalibrationError, Session, SessionParts},
};

/// The settings of a scan.
pub struct Settings {
    /// The API.
    pub api: Api,
    /// Its address.
    pub base: BaseUrl,
    /// The callers.
    pub identities: Vec<NamedIdentity>,
    /// The way in which callers sign in.
    pub recipe: Recipe,
    /// The way in which tokens are presented; `None` is as the document says.
    pub presentation: Option<Presentation>,
    /// The bounds.
    pub limits: Limits,
    /// True if requests may change something.
    pub allow_writes: bool,
    /// The number of reads at a time.
    pub concurrency: usize,
    /// The seed of canaries.
    pub seed: u64,
    /// The client for requests.
    pub client: Client,
    /// The clock, in seconds since 1970.
    pub now: fn() -> i64,
    /// Ends the scan when it is set; what was made is still deleted.
    pub interrupt: Arc<AtomicBool>,
    /// The function that is told of progress.
    pub progress: Box<dyn Fn(&str) + Send + Sync>,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Settings")
    }
}

/// The reason why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The API does not answer.
    #[error("{0}")]
    Unreachable(String),
    /// The settings make no sense.
    #[error("{0}")]
    Usage(String),
}

/// Scans an API.
///
/// # Errors
///
/// [`ScanError`].
pub async fn run(settings: Settings) -> Result<Report, ScanError> {
    let begin = Instant::now();
    let mut session = settings.session();
    session.find_prefix().await.map_err(|error| match error {
        CalibrationError::NoOperations => ScanError::Usage(error.to_string()),
        error => ScanError::Unreachable(error.to_string()),
    })?;
    session.sign_in_all().await;
    add_callers(&session).await?;
    session.calibrate().await;
    let (holes, unpaired) = match Pair::choose(&session) {
        Ok(pair) => (check(&mut session, pair).await, None),
        Err(why) => {
            session.remark(why.clone());
            (Vec::new(), Some(why))
        }
    };
    let doubts = session.doubts().await;
    doubts.iter().for_each(|one| session.remark(one.clone()));
    clean(&session).await;
    let summary = Summary::of(&session, doubts, unpaired);
    Ok(summary.report(holes, begin.elapsed()))
}

impl Settings {
    /// Begins a scan.
    fn session(mut self) -> Session {
        let greater = greater_roles(&self.identities);
        self.api.expect_roles(&greater);
        let presentation = self
            .presentation
            .unwrap_or_else(|| self.api.presentation.clone());
        let probe = Probe::new(self.client, self.base, presentation, self.limits);
        Session::new(SessionParts {
            api: self.api,
            probe: probe.interrupted_by(self.interrupt),
            identities: callers(self.identities, &greater),
            allow_writes: self.allow_writes,
            seed: self.seed,
            recipe: self.recipe,
            concurrency: self.concurrency,
            now: self.now,
            progress: self.progress,
        })
    }
}

/// Makes accounts where fewer than two callers are named and the API has a registration.
async fn add_callers(session: &Session) -> Result<(), ScanError> {
    while session.identities().len() < 2 {
        session.throwaway(None).await.map_err(|why| {
            ScanError::Usage(format!(
                "two callers are needed, each with a token (--as NAME=TOKEN) or an account (--account NAME=USERNAME:PASSWORD): {why}"
            ))
        })?;
    }
    Ok(())
}

async fn check(session: &mut Session, pair: Pair) -> Vec<Hole> {
    if session.allow_writes {
        seed(session, pair).await;
        session.learn_updates(pair.attacker).await;
        session.adopt_bodies();
    }
    session.settle();
    let session = &*session;
    let context = Context {
        session,
        victim: pair.victim,
        attacker: pair.attacker,
        holes: Mutex::default(),
    };
    for check in CHECKS {
        if check.writes && !session.allow_writes {
            continue;
        }
        (session.progress)(check.name);
        (check.run)(&context).await;
    }
    context.holes.into_inner()
}

async fn clean(session: &Session) {
    if session.probe.begin_cleanup() {
        session.remark("the scan was interrupted: what was not tested until then is not tested");
    }
    (session.progress)("cleaning up");
    session.clean().await;
}

#[cfg(test)]
mod tests;
