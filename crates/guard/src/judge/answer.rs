//! The checks of an answer.

use std::borrow::Cow;

use airside_api::json_reader::JsonReadError;
use bytes::Bytes;

use super::{
    AuthenticatedCaller, require,
    scan::{self, Items, ScannedAnswer, Wanted},
};
use crate::{
    error::RequestError,
    field::FieldTree,
    operation::{Owner, Rule},
    ownership::OwnershipError,
    pointer,
};

/// Checks the answer of the API, and removes what the caller must not see. The rest keeps its spelling;
/// `None` if the rule removes nothing from any answer.
///
/// An owner is compared by the text that the API wrote, so that an integer of any length is exact: the
/// caller reads the same text.
///
/// # Errors
///
/// 404 if it belongs to somebody else, 502 if that cannot be determined.
pub(crate) fn answer(
    rule: &Rule,
    caller: &AuthenticatedCaller,
    body: &Bytes,
) -> Result<Option<Bytes>, RequestError> {
    let scanned = scanned(rule, caller, body);
    let scanned = scanned.map_err(|JsonReadError| {
        RequestError::BadAnswer("it is not JSON that can be read in one way")
    })?;
    judge_owner(rule, caller, &scanned)?;
    if let Some(show) = &rule.show
        && !show.has_form_of(scanned.kind)
    {
        return Err(RequestError::BadAnswer(
            "it has another form than `show` says of it",
        ));
    }
    // also where nothing was dropped: how it is spelt must not tell
    Ok(is_rewritten(rule).then(|| bytes(scanned.copy, body)))
}

/// Returns the copy of a body, which may be the body itself.
fn bytes(copy: Cow<'_, str>, body: &Bytes) -> Bytes {
    match copy {
        Cow::Borrowed(_) => body.clone(),
        Cow::Owned(copy) => copy.into(),
    }
}

fn is_rewritten(rule: &Rule) -> bool {
    matches!(rule.owner, Owner::Items { .. }) || rule.show.is_some()
}

fn scanned<'a>(
    rule: &Rule,
    caller: &AuthenticatedCaller,
    body: &'a [u8],
) -> Result<ScannedAnswer<'a>, JsonReadError> {
    let (place, field, is_own);
    let wanted = match &rule.owner {
        Owner::Answer(pointer, _) => {
            place = pointer::tokens(pointer);
            Wanted::Owner(&place)
        }
        Owner::Items {
            list,
            field: pointer,
            expected,
        } => {
            place = pointer::tokens(list);
            field = pointer::tokens(pointer);
            is_own = |owner: &str| caller.is_meant(expected, owner);
            let owner = &field;
            let is_own = &is_own;
            Wanted::List(&place, Items { owner, is_own })
        }
        _ => Wanted::Nothing,
    };
    if !is_rewritten(rule) {
        return scan::find(body, wanted);
    }
    let shown = rule
        .show
        .as_ref()
        .map(|show| show.seen(&caller.principal.scopes));
    let shown = shown
        .as_ref()
        .map_or(FieldTree::WHOLE, |fields| fields.tree());
    scan::copy(body, wanted, shown)
}

/// Requires that the object is the caller's, or that the list is there.
fn judge_owner(
    rule: &Rule,
    caller: &AuthenticatedCaller,
    scanned: &ScannedAnswer<'_>,
) -> Result<(), RequestError> {
    match &rule.owner {
        Owner::Answer(_, expected) => {
            let owner = scanned.owner.as_ref();
            let owner = owner.ok_or_else(|| OwnershipError::no_owner(&rule.owner))?;
            Ok(require(expected, owner, caller)?)
        }
        Owner::Items { .. } if !scanned.has_list => Err(RequestError::BadAnswer(
            "the list is not where it is said to be",
        )),
        _ => Ok(()),
    }
}
