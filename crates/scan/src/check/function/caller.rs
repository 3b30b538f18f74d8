//! The identifiers of a function.

use crate::{check::Context, document::Operation, request::Assignment};

/// Returns the identifiers that a caller of the function would use: those of any object that is known.
pub(super) fn any_ids(context: &Context<'_>, operation: &Operation) -> Option<Assignment> {
    let session = context.session;
    let owners = [vec![context.victim], session.administrators()].concat();
    owners
        .into_iter()
        .find_map(|owner| session.assign_any(operation, owner))
}
