//! Which statements a commit is made of.

use airside_oauth::state::decide::{Among, Commit, Effect, Pivot};

use crate::{
    client, consent, dialect::Dialect, error::StoreError, event, feed, grant, key, logout,
    resource, seed, session, statement::Statement, used, user,
};

/// The compare-and-swap, which must change exactly one row.
pub(crate) fn pivot(pivot: &Pivot, dialect: Dialect) -> Result<Statement<'_>, StoreError> {
    Ok(match pivot {
        Pivot::InsertGrant { grant, bound } => grant::insert(grant, bound, dialect)?,
        Pivot::Rotate { grant, from, to } => grant::rotate(grant, from, to),
        Pivot::RevokeGrant { grant, revoked } => grant::revoke(grant, revoked),
        Pivot::UseOnce { digest, until } => used::insert(digest, *until),
        Pivot::InsertSession {
            session,
            user_epoch,
        } => session::insert(session, *user_epoch, dialect)?,
        Pivot::RenewSession {
            session,
            user_epoch,
        } => session::renew(session, *user_epoch, dialect)?,
        Pivot::SeeSession { session, at } => session::see(session, *at),
        Pivot::EndSession { session, at } => session::end(session, *at),
        Pivot::MoveLogout { logout, from, to } => logout::advance(logout, from, to),
        Pivot::CloseLogout { logout, from } => logout::close(logout, from),
        Pivot::InsertClient(client) => client::insert(client)?,
        Pivot::UpdateClient {
            client,
            expected,
            expected_secrets,
        } => client::update(client, *expected, expected_secrets)?,
        Pivot::DeleteClient(id) => client::delete(id),
        Pivot::InsertResource(resource) => resource::insert(resource)?,
        Pivot::UpdateResource { resource, expected } => resource::update(resource, *expected)?,
        Pivot::DeleteResource(identifier) => resource::delete(identifier),
        Pivot::InsertUser { user, among, .. } => user::insert(user, *among)?,
        Pivot::UpdateUser {
            user,
            expected,
            last_administrator,
        } => user::update(user, *expected, *last_administrator)?,
        Pivot::DeleteUser {
            user,
            last_administrator,
        } => user::delete(user, *last_administrator),
        Pivot::NoteSeed { username, at } => seed::insert(username, *at),
        Pivot::InsertKey(key) => key::insert(key),
        Pivot::RetireKey { kid, at } => key::retire(kid, *at),
        Pivot::DropKey { kid, at } => key::drop(kid, *at),
    })
}

/// The part of a pivot that is in another table.
pub(crate) fn belongings(pivot: &Pivot, dialect: Dialect) -> Vec<Statement<'_>> {
    match pivot {
        Pivot::InsertUser {
            user,
            password,
            among,
        } => {
            let password = password.as_ref();
            let password = password.map(|hash| user::set_password(&user.id, hash));
            let sown =
                (*among == Among::Sown).then(|| seed::insert(&user.username, user.created_at));
            password.into_iter().chain(sown).collect()
        }
        Pivot::DeleteUser { user, .. } => Vec::from(user::delete_belongings(user)),
        Pivot::DeleteClient(id) => Vec::from(client::delete_belongings(id)),
        // INVARIANT: no session ends without a logout token for every client that must be told
        Pivot::EndSession { session, .. } => vec![logout::queue_of_session(session)],
        Pivot::InsertGrant { grant, bound } if bound.session.is_none() => {
            logout::queue_if_ended(&grant.session, dialect)
        }
        _ => Vec::new(),
    }
}

/// Returns true if a commit may queue logout tokens.
pub(crate) fn may_queue_logouts(commit: &Commit) -> bool {
    let ends_sessions = |effect: &Effect| matches!(effect, Effect::EndSessionsOf { .. });
    match &commit.pivot {
        Pivot::EndSession { .. } => true,
        Pivot::InsertGrant { bound, .. } if bound.session.is_none() => true,
        _ => commit.effects.iter().any(ends_sessions),
    }
}

/// The effects after the pivot; a consent needs the row that it widens and is not one of them.
pub(crate) fn effect(effect: &Effect) -> Vec<Statement<'_>> {
    match effect {
        Effect::Event(event) => vec![event::insert(event)],
        Effect::Feed(entry) => vec![feed::insert(entry)],
        Effect::RememberConsent { .. } => Vec::new(),
        Effect::WithdrawConsents { user, client } => vec![consent::withdraw(user, client)],
        Effect::RevokeGrantsOf { owner, revoked } => Vec::from(grant::revoke_of(owner, revoked)),
        Effect::EndSessionsOf { user, at } => {
            vec![session::end_of(user, *at), logout::queue_of_user(user, *at)]
        }
        Effect::SetPassword { user, hash } => vec![user::set_password(user, hash)],
    }
}
