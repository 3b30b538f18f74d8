//! The identifiers and the callers of a function.

use crate::{check::Context, document::Operation, exchange::IdentityIndex, request::Assignment};

/// Returns the identifiers that a caller of the function would use: those of any object that is known.
pub(super) fn any_ids(context: &Context<'_>, operation: &Operation) -> Option<Assignment> {
    let session = context.session;
    let administrator = administrator(context);
    let owners = [context.victim].into_iter().chain(administrator);
    owners
        .into_iter()
        .find_map(|owner| session.assign_any(operation, owner))
}

pub(super) fn administrator(context: &Context<'_>) -> Option<IdentityIndex> {
    let identities = context.session.identities();
    identities
        .iter()
        .position(|one| *one.is_privileged.read() && !one.is_throwaway && one.lost.read().is_none())
}
