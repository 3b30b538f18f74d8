//! A scan from beginning to end.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::AtomicBool},
};

use airside_net::Client;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{
    check::{CHECKS, Context, Hole},
    document::{Api, Operation, Presentation},
    exchange::{IdentityIndex, Recorded},
    identity::{Identity, NamedIdentity, Recipe, rank},
    probe::{BaseUrl, Limits, Probe},
    redact::Redaction,
    report::{
        curl,
        model::{
            CheckOutcome, Class, Conclusion, Finding, OperationCoverage, Report, ReportExchange,
            ReportIdentity, Totals,
        },
    },
    session::{CalibrationError, Session, SessionParts},
    verdict::Verdict,
};

/// The settings of a scan.
pub struct Settings {
    /// The API.
    pub api: Api,
    /// Its address.
    pub base: BaseUrl,
    /// The callers.
    pub identities: Vec<NamedIdentity>,
    /// How callers sign in.
    pub recipe: Recipe,
    /// How tokens are presented; `None` is as the document says.
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
    /// Where progress is told.
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
    let presentation = settings
        .presentation
        .unwrap_or_else(|| settings.api.presentation.clone());
    let probe = Probe::new(
        settings.client,
        settings.base,
        presentation,
        settings.limits,
    );
    let probe = probe.interrupted_by(settings.interrupt);
    let session = Session::new(SessionParts {
        api: settings.api,
        probe,
        identities: settings.identities.into_iter().map(Identity::new).collect(),
        allow_writes: settings.allow_writes,
        seed: settings.seed,
        recipe: settings.recipe,
        concurrency: settings.concurrency,
        now: settings.now,
        progress: settings.progress,
    });
    session.find_prefix().await.map_err(|error| match error {
        CalibrationError::NoOperations => ScanError::Usage(error.to_string()),
        error => ScanError::Unreachable(error.to_string()),
    })?;
    session.sign_in_all().await;
    add_callers(&session).await?;
    session.calibrate().await;
    let holes = match pair(&session) {
        Ok((victim, attacker)) => check(&session, victim, attacker).await,
        Err(why) => {
            session.remark(why);
            Vec::new()
        }
    };
    let doubts = session.doubts().await;
    doubts.iter().for_each(|one| session.remark(one.clone()));
    clean(&session).await;
    Ok(report(&session, holes, doubts, begin))
}

/// Makes accounts where fewer than two callers are named and the API has a registration.
async fn add_callers(session: &Session) -> Result<(), ScanError> {
    while session.identities().len() < 2 {
        session.throwaway(None).await.map_err(|why| {
            ScanError::Usage(format!(
                "two callers are needed (--as, or --sign-in): {why}"
            ))
        })?;
    }
    Ok(())
}

/// Chooses a victim and an attacker: the attacker is no administrator, and of another tenant if tenants
/// are named.
fn pair(session: &Session) -> Result<(IdentityIndex, IdentityIndex), String> {
    let identities = session.identities();
    let usable: Vec<(usize, &Arc<Identity>)> = identities
        .iter()
        .enumerate()
        .filter(|(_, one)| one.lost.read().is_none())
        .collect();
    let mut attackers: Vec<_> = usable
        .iter()
        .filter(|(_, one)| !*one.is_privileged.read())
        .collect();
    if attackers.is_empty() {
        return Err(match usable.is_empty() {
            true => "no caller's token works: nothing could be tested".to_owned(),
            false => {
                "every caller is an administrator, who may see everything: name one who is not"
                    .to_owned()
            }
        });
    }
    // the second caller attacks the first one; the least role attacks
    attackers.sort_by_key(|(index, one)| (rank(one.role.as_deref()), *index == 0));
    for (attacker, one) in &attackers {
        let others = usable.iter().filter(|(index, _)| index != attacker);
        let is_other_tenant = |other: &&&(usize, &Arc<Identity>)| {
            one.tenant.is_none() || other.1.tenant != one.tenant
        };
        let mut others: Vec<_> = others.collect();
        others.sort_by_key(|(_, other)| *other.is_privileged.read());
        let victim = others
            .iter()
            .find(|one| is_other_tenant(one))
            .or(others.first());
        if let Some((victim, _)) = victim {
            return Ok((*victim, *attacker));
        }
    }
    Err("only one caller's token works: two are needed".to_owned())
}

async fn check(session: &Session, victim: IdentityIndex, attacker: IdentityIndex) -> Vec<Hole> {
    if session.allow_writes {
        seed(session, victim, attacker).await;
    }
    let context = Context {
        session,
        victim,
        attacker,
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

/// Makes an object of every kind for the victim and for the attacker, so that both have some.
async fn seed(session: &Session, victim: IdentityIndex, attacker: IdentityIndex) {
    (session.progress)("making objects");
    let mut makers: Vec<&Operation> = session
        .api
        .operations
        .iter()
        .filter(|one| one.kind == crate::document::Kind::Create)
        .collect();
    makers.sort_by_key(|one| (one.path_slots().count(), one.slots.len()));
    let administrators = session.identities().into_iter().enumerate();
    let administrator = administrators
        .filter(|(_, one)| *one.is_privileged.read())
        .map(|(index, _)| index)
        .next();
    for operation in makers {
        let owners: Vec<IdentityIndex> = match operation.administrative {
            Some(_) => administrator.into_iter().collect(),
            None => vec![victim, attacker],
        };
        for owner in owners {
            if let Err(crate::session::CreateError::Probe(error)) =
                session.create(operation, owner, None).await
            {
                session.remark(format!("making objects: {error}"));
                return;
            }
        }
    }
}

async fn clean(session: &Session) {
    if session.probe.begin_cleanup() {
        session.remark("the scan was interrupted: what was not tested until then is not tested");
    }
    (session.progress)("cleaning up");
    session.clean().await;
}

fn report(session: &Session, holes: Vec<Hole>, doubts: Vec<String>, begin: Instant) -> Report {
    remark_troubles(session);
    let redaction = Redaction::of(session);
    let mut findings: Vec<Finding> = holes
        .into_iter()
        .filter_map(|hole| finding(session, &redaction, hole))
        .collect();
    findings.sort_by_key(|one| {
        (
            !one.verdict.is_confirmed(),
            one.path.clone(),
            one.method.clone(),
        )
    });
    let operations: Vec<_> = session
        .api
        .operations
        .iter()
        .map(|one| coverage(session, one))
        .collect();
    let tested = operations
        .iter()
        .filter(|one| one.checks.iter().any(|check| check.verdict.weight() > 0))
        .count();
    let confirmed = findings
        .iter()
        .filter(|one| one.verdict.is_confirmed())
        .count();
    let requests = session.probe.sent();
    let count = operations.len().max(1);
    let numbers: BTreeSet<u64> = findings
        .iter()
        .flat_map(|one| one.exchanges.clone())
        .chain(
            operations
                .iter()
                .flat_map(|one| one.cells.iter().map(|cell| cell.exchange)),
        )
        .collect();
    let log = session.probe.log();
    let exchanges = log.iter().filter(|one| numbers.contains(&one.number));
    let totals = Totals {
        operations: operations.len() + session.api.unread.len(),
        tested,
        confirmed,
        suspect: findings.len() - confirmed,
        accepted: 0,
        requests,
        requests_per_operation: requests as f64 / count as f64,
        duration_ms: u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    Report {
        version: 1,
        api: session.probe.base().as_str().to_owned(),
        document: None,
        conclusion: Conclusion::of(&totals, &doubts),
        identities: session
            .identities()
            .iter()
            .map(|one| identity(one))
            .collect(),
        totals,
        doubts,
        exchanges: exchanges
            .map(|one| exchange(session, &redaction, one))
            .collect(),
        findings,
        operations,
        remarks: session.remarks(),
        left_behind: session.left_behind(),
    }
}

/// Says what kept the scan from testing everything.
fn remark_troubles(session: &Session) {
    for (operation, why) in &session.api.unread {
        session.remark(format!("`{operation}` is not tested: {why}"));
    }
    if session.probe.rate_limited() > 0 {
        let count = session.probe.rate_limited();
        session.remark(format!("the API limited the rate {count} times (429): what is said to be refused may be limited"));
    }
    if session.probe.timed_out() > 0 {
        session.remark(format!(
            "{} requests had no answer in time",
            session.probe.timed_out()
        ));
    }
    if !session.allow_writes {
        session.remark(
            "writes were not tested: give --allow-writes against an API that may be written to",
        );
    }
}

fn identity(one: &Identity) -> ReportIdentity {
    ReportIdentity {
        name: one.name.clone(),
        variable: curl::variable(&one.name),
        role: one
            .role
            .clone()
            .or_else(|| one.is_privileged.read().then(|| "administrator".to_owned())),
        tenant: one.tenant.clone(),
        is_made: one.is_throwaway,
        lost: one.lost.read().clone(),
    }
}

fn finding(session: &Session, redaction: &Redaction, hole: Hole) -> Option<Finding> {
    let operation = session.operation(hole.operation)?;
    let name = |index: IdentityIndex| session.name(index);
    let rule = crate::suggest::rule(session, &hole, operation);
    let numbers: BTreeSet<u64> = hole.shortest.iter().copied().collect();
    let lines = numbers
        .iter()
        .filter_map(|number| session.probe.exchange(*number));
    let base = session.probe.base();
    let curl = lines.map(|one| {
        let variable = one.caller.map(|index| curl::variable(&name(index)));
        let line = curl::line(
            &one,
            base.as_str(),
            session.probe.presentation(),
            variable.as_deref(),
        );
        redaction.text(&line)
    });
    Some(Finding {
        id: format!(
            "{}:{}:{}",
            hole.class.name(),
            operation.method,
            operation.path
        ),
        class: hole.class,
        cwe: hole.class.cwe(),
        owasp: hole.class.owasp(),
        method: operation.method.to_string(),
        path: operation.path.clone(),
        parameters: hole.parameters,
        attacker: hole.attacker.map(name),
        victim: hole.victim.map(name),
        verdict: hole.verdict,
        replays: hole.replays,
        exchanges: hole.exchanges,
        curl: curl.collect(),
        guard_rule: Some(rule),
        accepted: None,
    })
}

fn coverage(session: &Session, operation: &Operation) -> OperationCoverage {
    let mut checks = session.outcomes(operation.index);
    if checks.is_empty() {
        checks.push(CheckOutcome {
            class: match operation.administrative {
                Some(_) => Class::Function,
                None if operation.is_write() => Class::ObjectWrite,
                None => Class::ObjectRead,
            },
            verdict: Verdict::NotTested(untested(session, operation)),
        });
    }
    OperationCoverage {
        method: operation.method.to_string(),
        path: operation.path.clone(),
        requests: session.requests(operation.index),
        checks,
        cells: session.cells(operation.index),
    }
}

fn untested(session: &Session, operation: &Operation) -> String {
    use crate::document::Kind;
    let why = match operation.kind {
        Kind::Reset => "it wipes or rebuilds everything, by its name, and is never called",
        Kind::SignOut => "it ends sessions, and is never called",
        Kind::SignIn => "it signs callers in: there is no object of another",
        _ if operation.is_write() && !session.allow_writes => {
            "it writes, and --allow-writes is not given"
        }
        _ if operation.slots.is_empty() => "it takes no identifier of an object",
        _ => "the scan ended before",
    };
    why.to_owned()
}

fn exchange(session: &Session, redaction: &Redaction, one: &Recorded) -> ReportExchange {
    let request = &one.request;
    let body = request
        .body
        .value()
        .map(|body| redaction.text(&body.to_string()));
    let answer: String = one.answer.text.chars().take(MAX_ANSWER).collect();
    ReportExchange {
        number: one.number,
        caller: one.caller.map(|index| session.name(index)),
        request: redaction.text(&format!("{} {}", request.method, request.target)),
        body,
        status: one.answer.status,
        answer: redaction.text(&answer),
    }
}

/// The number of characters of an answer in a report.
const MAX_ANSWER: usize = 2_000;

#[cfg(test)]
mod tests;
