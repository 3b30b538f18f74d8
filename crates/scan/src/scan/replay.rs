//! The lines that show a hole again.

use super::sequence::sequence;
use crate::{
    check::{Attempt, Hole},
    exchange::{Exchange, Recorded},
    identity::Identity,
    redact::Redaction,
    report::curl::{Call, Script, SignIn, variable},
    session::Session,
    tree::leaves,
};

/// Returns the lines that show a hole again, without secrets.
pub(super) fn lines(session: &Session, redaction: &Redaction, attempt: &Attempt) -> Vec<String> {
    let base = session.probe.base();
    let exchanges = sequence(session, attempt).into_iter();
    let calls: Vec<_> = exchanges.map(|one| call(session, one)).collect();
    let attacker = attempt.attacker.map(|index| session.name(index));
    let attacker = attacker.as_deref().map(variable);
    let script = Script {
        base: base.as_str(),
        presentation: session.probe.presentation(),
        secrets: redaction.secrets(),
        calls: &calls,
        attacker: attacker.as_deref(),
        pause_seconds: attempt.pause_seconds,
    };
    let lines = script.lines().into_iter();
    lines.map(|line| redaction.text(&line)).collect()
}

/// Returns the number of the attacker's request: the last one to the operation that the attacker sent.
pub(super) fn attack(session: &Session, hole: &Hole) -> Option<u64> {
    let attempt = &hole.attempt;
    let numbers = attempt.exchanges.iter().rev();
    let sent = numbers.filter_map(|number| session.probe.exchange(*number));
    let sent = sent.filter(|one| one.request.operation == hole.operation);
    let sent: Vec<_> = sent.collect();
    // who registers has no token yet
    let of_attacker = sent.iter().find(|one| one.caller == attempt.attacker);
    of_attacker.or(sent.first()).map(|one| one.number)
}

/// Returns the call that repeats an exchange.
fn call(session: &Session, exchange: Recorded) -> Call<'_> {
    let name = exchange.caller.map(|index| session.name(index));
    let operation = session.operation(exchange.request.operation);
    let signs_in = sign_in(session, &exchange);
    Call {
        signs_in,
        ..Call::new(exchange, operation, name.as_deref().map(variable))
    }
}

/// Returns the token in the answer to an exchange, if it was sent the name and the password of a caller.
fn sign_in(session: &Session, exchange: &Exchange) -> Option<SignIn> {
    let body = leaves(exchange.request.body.value()?);
    let has = |text: &str| body.values().any(|leaf| leaf.value.as_str() == Some(text));
    let signs_in = |one: &Identity| {
        let facts = one.facts.read();
        let account = one.account.read();
        let is_named = facts.iter().any(|(_, value)| has(value));
        let mut account = account.iter();
        account.any(|own| (is_named || has(&own.username)) && has(own.password.reveal()))
    };
    let mut identities = session.identities().into_iter();
    let identity = identities.find(|one| signs_in(one))?;
    Some(SignIn {
        variable: variable(&identity.name),
        pointer: session.token_pointer(&exchange.answer)?,
    })
}
