//! Functions of administrators at the victim's objects.

use std::sync::Arc;

use crate::{check::Context, document::Operation, exchange::Recorded};

/// Returns what an answer shows of other callers that the attacker does not see elsewhere.
pub(super) async fn foreign(
    context: &Context<'_>,
    operation: &Operation,
    attack: &Recorded,
) -> Option<String> {
    let session = context.session;
    let reads = session.legitimate_reads(Some(context.attacker)).await;
    let other_reads = reads.iter().filter(|one| {
        let other = session.operation(one.request.operation);
        one.request.operation != operation.index
            && other.is_some_and(|one| one.administrative.is_none())
    });
    let known: Vec<Recorded> = other_reads.map(Arc::clone).collect();
    let is_known = |text: &str| known.iter().any(|one| one.answer.text.contains(text));
    let identities = session.identities();
    let own = identities.get(context.attacker)?;
    let own: Vec<String> = own.carriers.read().iter().cloned().collect();
    for (index, other) in identities
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != context.attacker)
    {
        let canaries = session.world.lock().canaries_of(index);
        let canary = canaries
            .iter()
            .find(|one| attack.answer.text.contains(&one.text) && !is_known(&one.text));
        if canary.is_some() {
            return Some(format!("an object of {}", other.name));
        }
        let carriers = other.carriers.read();
        let carrier = carriers.iter().find(|one| {
            one.len() >= 4
                && one.chars().any(|sign| !sign.is_ascii_digit())
                && !own.contains(one)
                && attack.answer.text.contains(&format!("\"{one}\""))
                && !is_known(one)
        });
        if carrier.is_some() {
            return Some(format!("the account of {}", other.name));
        }
    }
    None
}
