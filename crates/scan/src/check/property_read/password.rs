//! Passwords in answers to others.

use super::own::attempt;
use crate::{
    check::{Attempt, Context},
    document::{DeclaredToken, Operation},
    exchange::Recorded,
    report::model::Class,
    tree::leaves,
    verdict::Verdict,
};

/// Finds the passwords of accounts that the scan made.
pub(super) async fn passwords(
    context: &Context<'_>,
    operation: &Operation,
    exchange: &Recorded,
) -> Option<Attempt> {
    let session = context.session;
    let json = exchange.answer.json.as_ref()?;
    let leaves = leaves(json);
    let identities = session.identities();
    let (index, name) = identities
        .iter()
        .enumerate()
        .find_map(|(index, identity)| {
            let account = identity.account.read().clone()?;
            let is_other = index != context.attacker && identity.is_throwaway;
            let is_password = |text: &str| account.password.reveal() == text;
            let found = leaves
                .iter()
                .find(|(_, leaf)| leaf.value.as_str().is_some_and(is_password));
            found
                .filter(|_| is_other)
                .map(|(pointer, _)| (index, pointer.clone()))
        })?;
    let (attacker, victim) = (session.name(context.attacker), session.name(index));
    let is_public = match operation.declared.token {
        DeclaredToken::Required => false,
        _ => match session.send(None, exchange.request.clone()).await {
            Ok(anonymous) => anonymous.answer.is_accepted(),
            Err(_) => false,
        },
    };
    let verdict = match is_public {
        true => Verdict::Suspect(format!(
            "it is public, and shows the password of {victim} in `{name}`"
        )),
        false => Verdict::Confirmed(format!(
            "{attacker} reads the password of {victim} in `{name}`"
        )),
    };
    Some(attempt(
        context,
        Class::PropertyRead,
        verdict,
        (index, &[], exchange),
    ))
}
