//! Changes of an account, and what they revoke.

use crate::{
    profile::IssuerProfile,
    state::{
        decide::{Commit, Effect, LastAdministrator, Pivot},
        feed::{FeedEntry, FeedSubject},
        user::User,
    },
    time::Time,
    token::released_claim::ReleasedTooLarge,
};

/// The commit that makes `old` what `new` says, unless another change is faster.
///
/// If a role or the administrator's right is taken away, or a claim is changed, added or removed that
/// an API is released, the same commit revokes the person's access tokens issued until then, wherever
/// revocations are heard of. Grants live on: the next refresh carries what is true now.
///
/// A change that takes no administrator away does not ask for another one.
pub fn change(
    old: &User,
    new: User,
    last_administrator: LastAdministrator,
    profile: &IssuerProfile,
    now: Time,
) -> Commit {
    let ends_tokens = old.has_rights_beyond(&new) || releases_other_claims(profile, old, &new);
    let last_administrator = match ends_administration(old, &new) {
        true => last_administrator,
        false => LastAdministrator::LetGo,
    };
    update(old, new, last_administrator, ends_tokens.then_some(now))
}

/// The commit that revokes the access tokens that a person has by `now`, unless another change is faster.
pub fn end_of_tokens(user: &User, now: Time) -> Commit {
    update(user, user.clone(), LastAdministrator::LetGo, Some(now))
}

fn update(
    old: &User,
    new: User,
    last_administrator: LastAdministrator,
    end: Option<Time>,
) -> Commit {
    let end = end.map(|now| old.end_of_tokens(now));
    let commit = Commit::new(Pivot::UpdateUser {
        user: Box::new(old.changed(new, end)),
        expected: old.epoch,
        last_administrator,
    });
    let subject = FeedSubject::User(old.id);
    let entry = end.map(|at| Effect::Feed(FeedEntry { subject, at }));
    entry.into_iter().fold(commit, Commit::and)
}

/// Returns true if `new` is not an enabled administrator any more, as `old` is.
pub const fn ends_administration(old: &User, new: &User) -> bool {
    old.is_active_administrator() && !new.is_active_administrator()
}

/// Checks that every API can have the claims that it is released of a changed account.
///
/// An account that is too large already may become smaller or stay as it is.
///
/// # Errors
///
/// [`ClaimsTooLarge`] if there would be no token for an API.
pub fn check_released(
    profile: &IssuerProfile,
    old: Option<&User>,
    new: &User,
) -> Result<(), ClaimsTooLarge> {
    for resource in &profile.resources {
        let claims = &resource.claims;
        if let Err(cause) = claims.check_size(&new.username, &new.claims)
            && old.is_none_or(|old| claims.size_of(old) < claims.size_of(new))
        {
            return Err(ClaimsTooLarge {
                resource: resource.identifier.clone(),
                cause,
            });
        }
    }
    Ok(())
}

/// There would be no access token for an API, because the claims that it is released are too large.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the claims for the resource `{resource}` {cause}")]
pub struct ClaimsTooLarge {
    resource: String,
    cause: ReleasedTooLarge,
}

// a policy can forbid by a claim as well as allow, so that what is added counts, too
fn releases_other_claims(profile: &IssuerProfile, old: &User, new: &User) -> bool {
    let resources = &profile.resources;
    resources
        .iter()
        .any(|resource| resource.claims.differ(old, new))
}

#[cfg(test)]
mod tests;
