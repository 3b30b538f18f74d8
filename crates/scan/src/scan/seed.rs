//! Objects of the victim and of the attacker, made before the checks.

use super::pair::Pair;
use crate::{
    document::Operation,
    exchange::IdentityIndex,
    session::{CreateError, Session},
};

/// Makes an object of every kind for the victim and for the attacker, so that both have some.
pub(super) async fn seed(session: &Session, pair: Pair) {
    (session.progress)("making objects");
    let mut makers: Vec<&Operation> = session.api.makers().collect();
    makers.sort_by_key(|one| (one.path_slots().count(), one.slots.len()));
    let administrator = session.administrators().first().copied();
    for operation in makers {
        let owners: Vec<IdentityIndex> = match operation.administrative {
            Some(_) => administrator.into_iter().collect(),
            None => vec![pair.victim, pair.attacker],
        };
        for owner in owners {
            let made = session.create(operation, owner, None).await;
            if let Err(CreateError::Probe(error)) = made {
                session.remark(format!("making objects: {error}"));
                return;
            }
        }
    }
}
