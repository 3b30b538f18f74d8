//! Accounts.

mod administrator;
mod change;
mod name;

pub(super) use self::name::collisions;

pub(super) use self::change::{Edit, New};

use airside_oauth::{
    id::UserId,
    key::secret::Secret,
    state::{
        account,
        decide::{Among, Commit, Effect, GrantOwner, LastAdministrator, Pivot},
        event::{Event, EventKind},
        grant::{GrantRevocation, RevokeReason},
        user::{PasswordHash, TypedName, User, Username},
    },
    time::Time,
};
use airside_resource::Function;
use airside_store::CommitError;
use schemars::JsonSchema;
use serde::Deserialize;

use self::{
    administrator::{last_administrator, require_another_administrator},
    change::acceptable_claims,
    name::{invalid, new_name, require_no_look_alike, taken},
};
use super::{
    AdminError,
    action::{ReadUsers, WriteUsers},
    answer::{Created, Listing, Reply},
    call::Call,
    input::{Nothing, Page},
};
use crate::{issuer::Issuer, password, request_context::RequestContext};

/// The account.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct UserPath {
    /// The name that the person signs in with.
    pub(super) name: String,
}

/// The confirmation of a dangerous change.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Force {
    /// Lets the last administrator go.
    force: Option<bool>,
}

pub(super) async fn list(
    _: Function<ReadUsers>,
    call: Call<Nothing, Page>,
) -> Result<Listing<User>, AdminError> {
    let (page, store) = (&call.query, &call.context.issuer.store);
    let users = store
        .users(call.after(page)?, page.limit_and_next())
        .await?;
    Ok(call.listing(page.limit(), users, |user| user.id.to_string()))
}

pub(super) async fn show(
    _: Function<ReadUsers>,
    call: Call<UserPath>,
) -> Result<Reply<User>, AdminError> {
    Ok(Reply(find(&call.context.issuer, &call.path.name).await?))
}

pub(super) async fn create(
    _: Function<WriteUsers>,
    call: Call<Nothing, Nothing, New>,
) -> Result<Created<User>, AdminError> {
    let (context, mut new) = (call.context, call.body);
    let issuer = &context.issuer;
    let username = free_name(issuer, &new).await?;
    let password = match new.password.take() {
        Some(password) => Some(hash(issuer, password).await?),
        None => None,
    };
    let typed = new.username.clone();
    let user = new.into_user(issuer, username);
    acceptable_claims(issuer, None, &user)?;
    match insert(&context, &user, password).await {
        Ok(()) => {
            let name = user.username.as_str().to_owned();
            Ok(call.address.created(&name, user))
        }
        Err(CommitError::Conflict) => Err(taken(&typed, &user.username)),
        Err(cause) => Err(cause.into()),
    }
}

/// Returns the name of a new account, which no other account has.
async fn free_name(issuer: &Issuer, new: &New) -> Result<Username, AdminError> {
    let username = new_name(&new.username, new.force)?;
    if !new.force {
        require_no_look_alike(issuer, &username, None).await?;
    }
    // an earlier version may have stored what was typed in another form
    let typed = TypedName::parse(&new.username).map_err(invalid)?;
    match issuer.store.user(&typed).await? {
        Some(known) => Err(taken(&new.username, &known.username)),
        None => Ok(username),
    }
}

async fn insert(
    context: &RequestContext,
    user: &User,
    password: Option<PasswordHash>,
) -> Result<(), CommitError> {
    let created = about(context, EventKind::UserCreated, user);
    let commit = Commit::new(Pivot::InsertUser {
        user: Box::new(user.clone()),
        password,
        among: Among::Others,
    });
    let store = &context.issuer.store;
    store.commit(commit.and(Effect::Event(created))).await
}

pub(super) async fn edit(
    _: Function<WriteUsers>,
    call: Call<UserPath, Nothing, Edit>,
) -> Result<Reply<User>, AdminError> {
    let (context, mut edit) = (call.context, call.body);
    let issuer = &context.issuer;
    let old = find(issuer, &call.path.name).await?;
    let force = edit.force.unwrap_or(false);
    let username = match edit.username.take() {
        None => old.username.clone(),
        Some(text) => another_name(issuer, &old, &text, force).await?,
    };
    let new = edit.applied_to(&old, username)?;
    acceptable_claims(issuer, Some(&old), &new)?;
    let last = last_administrator(force);
    if account::ends_administration(&old, &new) {
        require_another_administrator(issuer, &old, last).await?;
    }
    let commit = change(&context, &old, &new, last);
    let end = commit.end_of_tokens();
    issuer.store.commit(commit).await?;
    if let Some(end) = end {
        let name = TypedName::from(&new.username);
        issuer.end_overtaken_user(&name, end).await;
    }
    Ok(Reply(new))
}

/// Returns another name for the account `old`, which no other account has.
async fn another_name(
    issuer: &Issuer,
    old: &User,
    text: &str,
    force: bool,
) -> Result<Username, AdminError> {
    let typed = TypedName::parse(text).map_err(invalid)?;
    let known = issuer.store.user(&typed).await?;
    if let Some(other) = known.filter(|known| known.id != old.id) {
        return Err(taken(text, &other.username));
    }
    let name = new_name(text, force)?;
    if !force {
        require_no_look_alike(issuer, &name, Some(old.id)).await?;
    }
    Ok(name)
}

/// Returns the commit that makes `new` of the account `old`, with what follows from it and its event.
fn change(context: &RequestContext, old: &User, new: &User, last: LastAdministrator) -> Commit {
    let issuer = &context.issuer;
    let kind = match (old.disabled, new.disabled) {
        (false, true) => EventKind::UserDisabled,
        (true, false) => EventKind::UserEnabled,
        _ => EventKind::UserChanged,
    };
    let (profile, now) = (issuer.profile(), issuer.now());
    let mut commit = account::change(old, new.clone(), last, &profile, now);
    if kind == EventKind::UserDisabled {
        commit = ended(issuer, commit, old.id, RevokeReason::UserChanged);
    }
    let mut changed = about(context, kind, new);
    if old.username != new.username {
        let (old, new) = (old.username.as_str(), new.username.as_str());
        changed.detail = format!("`{old}` is now `{new}`");
    }
    commit.and(Effect::Event(changed))
}

pub(super) async fn delete(
    _: Function<WriteUsers>,
    call: Call<UserPath, Force>,
) -> Result<Reply<User>, AdminError> {
    let issuer = &call.context.issuer;
    let user = find(issuer, &call.path.name).await?;
    let last_administrator = last_administrator(call.query.force == Some(true));
    if user.is_active_administrator() {
        require_another_administrator(issuer, &user, last_administrator).await?;
    }
    let deleted = about(&call.context, EventKind::UserDeleted, &user);
    let commit = Commit::new(Pivot::DeleteUser {
        user: user.id,
        last_administrator,
    });
    let commit = ended(issuer, commit, user.id, RevokeReason::UserChanged);
    issuer
        .store
        .commit(commit.and(Effect::Event(deleted)))
        .await?;
    Ok(Reply(user))
}

/// Ends every session and grant of a person.
pub(super) fn ended(issuer: &Issuer, commit: Commit, user: UserId, reason: RevokeReason) -> Commit {
    let now: Time = issuer.now();
    let revoked = GrantRevocation { at: now, reason };
    commit
        .and(Effect::EndSessionsOf { user, at: now })
        .and(Effect::RevokeGrantsOf {
            owner: GrantOwner::User(user),
            revoked,
        })
}

pub(super) fn about(context: &RequestContext, kind: EventKind, user: &User) -> Event {
    let mut event = context.event(kind);
    event.user = Some(user.id);
    event.detail = user.username.as_str().to_owned();
    event
}

pub(super) async fn hash(issuer: &Issuer, password: String) -> Result<PasswordHash, AdminError> {
    password::check_new(&password).map_err(|error| AdminError::invalid(error.advice()))?;
    Ok(issuer
        .hasher
        .hash(Secret::new(password), &issuer.draw())
        .await?)
}

pub(super) async fn find(issuer: &Issuer, name: &str) -> Result<User, AdminError> {
    let typed = TypedName::parse(name).map_err(invalid)?;
    let user = issuer.store.user(&typed).await?;
    user.ok_or_else(|| AdminError::not_found(format!("there is no user `{name}`")))
}
