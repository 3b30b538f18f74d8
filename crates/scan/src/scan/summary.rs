//! The report of a scan.

use std::{collections::BTreeSet, time::Duration};

use super::{extent, replay};
use crate::{
    check::Hole,
    exchange::{IdentityIndex, Recorded},
    identity::Identity,
    redact::Redaction,
    report::{
        curl,
        model::{
            Conclusion, Finding, OperationCoverage, Report, ReportExchange, ReportIdentity, Totals,
        },
    },
    session::Session,
    suggest,
};

/// A scan that has ended, as its report is written.
pub(super) struct Summary<'a> {
    session: &'a Session,
    redaction: Redaction,
    doubts: Vec<String>,
    unpaired: Option<String>,
}

impl<'a> Summary<'a> {
    /// Begins the report; `doubts` are the reasons why the answers of the API prove little, `unpaired` is the reason
    /// why no caller attacks another.
    pub(super) fn of(session: &'a Session, doubts: Vec<String>, unpaired: Option<String>) -> Self {
        remark_troubles(session);
        Self {
            session,
            redaction: Redaction::of(session),
            doubts,
            unpaired,
        }
    }

    /// Writes the report of a scan that found `holes` and took `time`.
    pub(super) fn report(mut self, holes: Vec<Hole>, time: Duration) -> Report {
        let session = self.session;
        let findings = self.findings(holes);
        let operations = session.api.operations.iter();
        let operations: Vec<_> = operations
            .map(|one| extent::coverage(session, one, self.unpaired.as_deref()))
            .collect();
        let doubt = extent::doubt(&session.api.operations, &operations);
        doubt.iter().for_each(|one| session.remark(one.clone()));
        self.doubts.extend(doubt);
        let totals = totals(session, &findings, &operations, time);
        Report {
            version: 1,
            api: session.probe.base().as_str().to_owned(),
            document: None,
            conclusion: Conclusion::of(&totals, &self.doubts),
            identities: session
                .identities()
                .iter()
                .map(|one| identity(one))
                .collect(),
            exchanges: self.exchanges(&findings, &operations),
            totals,
            doubts: self.doubts,
            findings,
            operations,
            remarks: session.remarks(),
            left_behind: session.left_behind(),
        }
    }

    /// Returns the findings, the confirmed ones first.
    fn findings(&self, holes: Vec<Hole>) -> Vec<Finding> {
        let findings = holes.into_iter().filter_map(|hole| self.finding(hole));
        let mut findings: Vec<Finding> = findings.collect();
        findings.sort_by_key(|one| {
            (
                !one.verdict.is_confirmed(),
                one.path.clone(),
                one.method.clone(),
            )
        });
        findings
    }

    fn finding(&self, hole: Hole) -> Option<Finding> {
        let operation = self.session.operation(hole.operation)?;
        let name = |index: IdentityIndex| self.session.name(index);
        let (class, method, path) = (
            hole.attempt.class,
            operation.method.as_str(),
            &operation.path,
        );
        let (rule, curl) = (
            suggest::rule(self.session, &hole, operation),
            replay::lines(self.session, &self.redaction, &hole.attempt),
        );
        let attack = replay::attack(self.session, &hole);
        let Hole {
            attempt, replays, ..
        } = hole;
        Some(Finding {
            id: format!("{}:{method}:{path}", class.name()),
            class,
            cwe: class.cwe(),
            owasp: class.owasp(),
            method: method.to_owned(),
            path: path.clone(),
            guard_rule: rule,
            curl,
            parameters: attempt.parameters,
            attacker: attempt.attacker.map(name),
            victim: attempt.victim.map(name),
            verdict: attempt.verdict,
            replays,
            attack,
            exchanges: attempt.exchanges,
            accepted: None,
        })
    }

    /// Returns the exchanges that findings and coverage refer to.
    fn exchanges(
        &self,
        findings: &[Finding],
        operations: &[OperationCoverage],
    ) -> Vec<ReportExchange> {
        let of_findings = findings.iter().flat_map(|one| one.exchanges.clone());
        let cells = operations.iter().flat_map(|one| &one.cells);
        let numbers: BTreeSet<u64> = of_findings.chain(cells.map(|cell| cell.exchange)).collect();
        let log = self.session.probe.log();
        let named = log.iter().filter(|one| numbers.contains(&one.number));
        named.map(|one| self.exchange(one)).collect()
    }

    fn exchange(&self, one: &Recorded) -> ReportExchange {
        let request = &one.request;
        let body = request
            .body
            .value()
            .map(|body| self.redaction.text(&body.to_string()));
        let answer: String = one.answer.text.chars().take(MAX_ANSWER).collect();
        let line = format!("{} {}", request.method, request.target);
        ReportExchange {
            number: one.number,
            caller: one.caller.map(|index| self.session.name(index)),
            request: self.redaction.text(&line),
            body,
            status: one.answer.status,
            answer: self.redaction.text(&answer),
        }
    }
}

fn totals(
    session: &Session,
    findings: &[Finding],
    operations: &[OperationCoverage],
    time: Duration,
) -> Totals {
    let is_tested =
        |one: &&OperationCoverage| one.checks.iter().any(|check| check.verdict.weight() > 0);
    let confirmed = findings.iter().filter(|one| one.verdict.is_confirmed());
    let confirmed = confirmed.count();
    let requests = session.probe.sent();
    Totals {
        operations: operations.len() + session.api.unread.len(),
        tested: operations.iter().filter(is_tested).count(),
        confirmed,
        suspect: findings.len() - confirmed,
        accepted: 0,
        requests,
        requests_per_operation: requests as f64 / operations.len().max(1) as f64,
        duration_ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
    }
}

/// Says what kept the scan from testing everything.
fn remark_troubles(session: &Session) {
    for (operation, why) in &session.api.unread {
        session.remark(format!("`{operation}` is not tested: {why}"));
    }
    let limited = session.probe.rate_limited();
    if limited > 0 {
        session.remark(format!("the API limited the rate {limited} times (429): what is said to be refused may be limited"));
    }
    let late = session.probe.timed_out();
    if late > 0 {
        session.remark(format!("{late} requests had no answer in time"));
    }
    if !session.allow_writes {
        session.remark(
            "writes were not tested: give --allow-writes against an API that may be written to",
        );
    }
}

fn identity(one: &Identity) -> ReportIdentity {
    let is_privileged = *one.is_privileged.read();
    let role = one.role.clone();
    ReportIdentity {
        name: one.name.clone(),
        variable: curl::variable(&one.name),
        role: role.or_else(|| is_privileged.then(|| "administrator".to_owned())),
        tenant: one.tenant.clone(),
        is_made: one.is_throwaway,
        lost: one.lost.read().clone(),
    }
}

/// The number of characters of an answer in a report.
const MAX_ANSWER: usize = 2_000;
