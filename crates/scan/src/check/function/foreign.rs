//! Functions of administrators at the victim's objects.

use crate::{
    check::Context,
    document::{Hint, Operation},
    exchange::Recorded,
    identity::Identity,
    session::Session,
};

/// Returns what an answer shows of other callers that the attacker does not see elsewhere.
pub(super) async fn foreign(
    context: &Context<'_>,
    operation: &Operation,
    attack: &Recorded,
) -> Option<String> {
    let session = context.session;
    let kinds: Vec<_> = operation.entity.as_deref().into_iter().collect();
    let attacker = Some(context.attacker);
    let reads = session.legitimate_reads_about(attacker, &kinds).await;
    let known: Vec<&Recorded> = reads
        .iter()
        .filter(|one| is_elsewhere(session, operation, one))
        .collect();
    let is_news = |text: &str, shown: &str| {
        let mut known = known.iter();
        attack.answer.text.contains(shown) && !known.any(|one| one.answer.text.contains(text))
    };
    let identities = session.identities();
    let own = identities.get(context.attacker)?;
    let others = identities.iter().enumerate();
    // what administrators publish is for everybody where a name is all that tells
    let is_published =
        |one: &Identity| operation.hint != Hint::Declared && *one.is_privileged.read();
    let others = others.filter(|(index, one)| *index != context.attacker && !is_published(one));
    for (index, other) in others {
        let canaries = session.world.lock().canaries_of(index);
        if canaries.iter().any(|one| is_news(&one.text, &one.text)) {
            return Some(format!("an object of {}", other.name));
        }
        let names = names_beside(other, own);
        if names.iter().any(|one| is_news(one, &format!("\"{one}\""))) {
            return Some(format!("the account of {}", other.name));
        }
    }
    None
}

/// Returns true for a read of another operation, which is not for administrators.
fn is_elsewhere(session: &Session, operation: &Operation, read: &Recorded) -> bool {
    let index = read.request.operation;
    let other = session.operation(index);
    index != operation.index && other.is_some_and(|one| one.administrative.is_none())
}

/// Returns what names a caller, and is neither a number nor a name of the attacker.
fn names_beside(other: &Identity, own: &Identity) -> Vec<String> {
    let (other, own) = (other.carriers.read(), own.carriers.read());
    let is_name = |one: &&String| {
        one.len() >= 4 && one.chars().any(|sign| !sign.is_ascii_digit()) && !own.contains(*one)
    };
    other.iter().filter(is_name).cloned().collect()
}
