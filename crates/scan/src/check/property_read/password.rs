//! Passwords in answers to others.

use super::own::attempt;
use crate::{
    check::{Attempt, Context},
    document::{DeclaredToken, Operation},
    exchange::{IdentityIndex, Recorded},
    identity::Secret,
    report::model::Class,
    tree::{Leaf, leaves},
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
    let (index, password, name) = others_passwords(context).find_map(|(index, password)| {
        let is_password = |leaf: &Leaf<'_>| leaf.value.as_str() == Some(password.reveal());
        let (pointer, _) = leaves.iter().find(|(_, leaf)| is_password(leaf))?;
        let pointer = pointer.clone();
        Some((index, password, pointer))
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
    let of = (index, &[][..], exchange);
    Some(Attempt {
        markers: vec![password.reveal().to_owned()],
        ..attempt(context, Class::PropertyRead, verdict, of)
    })
}

/// Returns the passwords of the accounts that the scan made, but for the attacker's.
fn others_passwords(context: &Context<'_>) -> impl Iterator<Item = (IdentityIndex, Secret)> {
    let attacker = context.attacker;
    let identities = context.session.identities().into_iter().enumerate();
    let made = identities.filter(move |(index, one)| *index != attacker && one.is_throwaway);
    made.filter_map(|(index, one)| {
        let account = one.account.read().clone()?;
        Some((index, account.password))
    })
}
