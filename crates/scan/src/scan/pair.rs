//! The victim and the attacker of a scan.

use std::sync::Arc;

use crate::{
    exchange::IdentityIndex,
    identity::{Identity, rank},
    session::Session,
};

/// The two callers of a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// The caller whose objects are attacked.
    pub(super) victim: IdentityIndex,
    /// The caller that attacks.
    pub(super) attacker: IdentityIndex,
}

type Caller = (IdentityIndex, Arc<Identity>);

impl Pair {
    /// Chooses a victim and an attacker: the attacker is not an administrator, and of another tenant if tenants
    /// are named.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub(super) fn choose(session: &Session) -> Result<Self, String> {
        let identities = session.identities().into_iter().enumerate();
        let usable: Vec<Caller> = identities
            .filter(|(_, one)| one.lost.read().is_none())
            .collect();
        for (attacker, one) in attackers(&usable)? {
            if let Some(victim) = victim(&usable, (attacker, &one)) {
                return Ok(Self { victim, attacker });
            }
        }
        let working = usable.first().map(|(_, one)| one.name.clone());
        Err(format!(
            "only the token of {} works: give another caller, --as NAME=TOKEN or --account NAME=USERNAME:PASSWORD",
            working.unwrap_or_default()
        ))
    }
}

/// Returns the callers that may attack: the second caller attacks the first one; the least role attacks.
fn attackers(usable: &[Caller]) -> Result<Vec<Caller>, String> {
    let mut attackers: Vec<_> = usable
        .iter()
        .filter(|(_, one)| !*one.is_privileged.read())
        .cloned()
        .collect();
    attackers.sort_by_key(|(index, one)| (rank(one.role.as_deref()), *index == 0));
    let why = match (attackers.is_empty(), usable.is_empty()) {
        (false, _) => return Ok(attackers),
        (true, true) => {
            "no caller's token works: give tokens that are valid now (--as NAME=TOKEN), or accounts (--account)"
        }
        (true, false) => {
            "every caller is an administrator, who may see everything: give one who is not (--as NAME=TOKEN)"
        }
    };
    Err(why.to_owned())
}

fn victim(usable: &[Caller], (attacker, one): (IdentityIndex, &Identity)) -> Option<IdentityIndex> {
    let others = usable.iter().filter(|(index, _)| *index != attacker);
    let mut others: Vec<_> = others.collect();
    others.sort_by_key(|(_, other)| *other.is_privileged.read());
    let is_other_tenant = |other: &&&Caller| one.tenant.is_none() || other.1.tenant != one.tenant;
    let victim = others.iter().find(is_other_tenant).or(others.first());
    victim.map(|(index, _)| *index)
}
