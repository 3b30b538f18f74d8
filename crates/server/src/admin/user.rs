//! Accounts.

use airside_oauth::{
    id::UserId,
    key::secret::Secret,
    state::{
        account, claim,
        decide::{Among, Commit, Effect, GrantOwner, Pivot},
        event::{Event, EventKind},
        grant::{GrantRevocation, RevokeReason},
        role::Role,
        user::{PasswordHash, TypedName, User, Username, UsernameError},
    },
    time::Time,
};
use airside_resource::Function;
use airside_store::CommitError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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

/// An account with the form of its name that another account has, too.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "UsernameCollision")]
pub(super) struct ShownCollision {
    /// The form of RFC 8265 of both names.
    name: String,
    /// The name of the account, as it is stored.
    username: String,
}

/// A new account.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewUser")]
pub(super) struct New {
    /// The name to sign in with; upper and lower case are one.
    #[schemars(length(min = 1, max = 128))]
    username: String,
    /// Lets the name mix scripts, or look like another one.
    #[serde(default)]
    force: bool,
    /// The password; without one, the account cannot sign in yet.
    password: Option<String>,
    /// The roles that APIs may base function-level decisions on.
    #[serde(default)]
    roles: Vec<Role>,
    /// True if the person administers this issuer.
    #[serde(default)]
    administrator: bool,
    /// The claims of the person.
    #[serde(default)]
    claims: Map<String, Value>,
}

/// The changes of an account; absent members stay.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "UserChange")]
pub(super) struct Edit {
    /// All roles from now on.
    roles: Option<Vec<Role>>,
    /// True if the person administers this issuer.
    administrator: Option<bool>,
    /// All claims from now on.
    claims: Option<Map<String, Value>>,
    /// The claims that change, beside which the others stay.
    set_claims: Option<Map<String, Value>>,
    /// The names of claims that go.
    remove_claims: Option<Vec<String>>,
    /// True if the account may not be used.
    disabled: Option<bool>,
    /// Another name to sign in with.
    #[schemars(length(min = 1, max = 128))]
    username: Option<String>,
    /// Lets the name mix scripts or look like another one, and the last administrator go.
    force: Option<bool>,
}

/// The confirmation of a dangerous change.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Force {
    /// Lets the last administrator go.
    force: Option<bool>,
}

impl Edit {
    /// Returns the claims of the account after the change.
    fn claims(&mut self, old: &User) -> Result<Map<String, Value>, AdminError> {
        let set = self.set_claims.take();
        let remove = self.remove_claims.take();
        if self.claims.is_some() && (set.is_some() || remove.is_some()) {
            let both = "`claims` is the whole of them: leave out `set_claims` and `remove_claims`";
            return Err(AdminError::invalid(both));
        }
        let (set, remove) = (set.unwrap_or_default(), remove.unwrap_or_default());
        if let Some(name) = remove.iter().find(|name| set.contains_key(*name)) {
            let both = format!("the claim `{name}` cannot be set and removed at once");
            return Err(AdminError::invalid(both));
        }
        let mut claims = self.claims.take().unwrap_or_else(|| old.claims.clone());
        claims.retain(|name, _| !remove.contains(name));
        claims.extend(set);
        Ok(claims)
    }
}

pub(super) async fn list(
    _: Function<ReadUsers>,
    call: Call<Nothing, Page<UserId>>,
) -> Result<Listing<User>, AdminError> {
    let (page, store) = (&call.query, &call.context.issuer.store);
    let users = store.users(page.after, page.limit_and_next()).await?;
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
    let Call {
        context, body: new, ..
    } = call;
    let issuer = &context.issuer;
    let username = new_name(&new.username, new.force)?;
    if !new.force {
        require_no_look_alike(issuer, &username, None).await?;
    }
    // an earlier version may have stored what was typed in another form
    let typed = TypedName::parse(&new.username).map_err(invalid)?;
    if let Some(known) = issuer.store.user(&typed).await? {
        return Err(taken(&new.username, &known.username));
    }
    let password = match new.password {
        Some(password) => Some(hash(issuer, password).await?),
        None => None,
    };
    let (now, draw) = (issuer.now(), issuer.draw());
    let user = User {
        id: UserId::new(now, &draw),
        username,
        roles: new.roles,
        administrator: new.administrator,
        claims: new.claims,
        epoch: 0,
        disabled: false,
        created_at: now,
        rights_reduced_at: None,
    };
    acceptable_claims(issuer, None, &user)?;
    let created = about(&context, EventKind::UserCreated, &user);
    let pivot = Pivot::InsertUser {
        user: Box::new(user.clone()),
        password,
        among: Among::Others,
    };
    match issuer
        .store
        .commit(Commit::new(pivot).and(Effect::Event(created)))
        .await
    {
        Ok(()) => Ok(Reply(user)),
        Err(CommitError::Conflict) => Err(taken(&new.username, &user.username)),
        Err(cause) => Err(cause.into()),
    }
}

pub(super) async fn edit(
    _: Function<WriteUsers>,
    call: Call<UserPath, Nothing, Edit>,
) -> Result<Reply<User>, AdminError> {
    let Call {
        context,
        path,
        body: mut edit,
        ..
    } = call;
    let issuer = &context.issuer;
    let old = find(issuer, &path.name).await?;
    let force = edit.force.unwrap_or(false);
    let username = match edit.username.take() {
        None => old.username.clone(),
        Some(text) => {
            let typed = TypedName::parse(&text).map_err(invalid)?;
            let known = issuer.store.user(&typed).await?;
            if let Some(other) = known.filter(|known| known.id != old.id) {
                return Err(taken(&text, &other.username));
            }
            let name = new_name(&text, force)?;
            if !force {
                require_no_look_alike(issuer, &name, Some(old.id)).await?;
            }
            name
        }
    };
    let new = User {
        username,
        claims: edit.claims(&old)?,
        roles: edit.roles.unwrap_or_else(|| old.roles.clone()),
        administrator: edit.administrator.unwrap_or(old.administrator),
        disabled: edit.disabled.unwrap_or(old.disabled),
        ..old.clone()
    };
    acceptable_claims(issuer, Some(&old), &new)?;
    if !force && is_active_administrator(&old) && !is_active_administrator(&new) {
        require_another_administrator(issuer, &old).await?;
    }
    let kind = match (old.disabled, new.disabled) {
        (false, true) => EventKind::UserDisabled,
        (true, false) => EventKind::UserEnabled,
        _ => EventKind::UserChanged,
    };
    let mut commit = account::change(&old, new.clone(), &issuer.profile(), issuer.now());
    if kind == EventKind::UserDisabled {
        commit = ended(issuer, commit, old.id, RevokeReason::UserChanged);
    }
    let mut changed = about(&context, kind, &new);
    if old.username != new.username {
        let (old, new) = (old.username.as_str(), new.username.as_str());
        changed.detail = format!("`{old}` is now `{new}`");
    }
    issuer
        .store
        .commit(commit.and(Effect::Event(changed)))
        .await?;
    Ok(Reply(new))
}

pub(super) async fn delete(
    _: Function<WriteUsers>,
    call: Call<UserPath, Force>,
) -> Result<Reply<User>, AdminError> {
    let issuer = &call.context.issuer;
    let user = find(issuer, &call.path.name).await?;
    if is_active_administrator(&user) && call.query.force != Some(true) {
        require_another_administrator(issuer, &user).await?;
    }
    let deleted = about(&call.context, EventKind::UserDeleted, &user);
    let commit = Commit::new(Pivot::DeleteUser(user.id));
    let commit = ended(issuer, commit, user.id, RevokeReason::UserChanged);
    issuer
        .store
        .commit(commit.and(Effect::Event(deleted)))
        .await?;
    Ok(Reply(user))
}

fn is_active_administrator(user: &User) -> bool {
    user.administrator && !user.disabled
}

/// Without an administrator, only the operator's socket could make one again.
async fn require_another_administrator(issuer: &Issuer, user: &User) -> Result<(), AdminError> {
    let some = issuer.store.administrators(2).await?;
    match some.iter().any(|other| other.id != user.id) {
        true => Ok(()),
        false => Err(AdminError::conflict(format!(
            "`{}` is the last administrator; `force` (`--force`) allows it",
            user.username.as_str()
        ))),
    }
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

/// Checks the claims that an account gets: each by its name, and that tokens have room for them.
fn acceptable_claims(issuer: &Issuer, old: Option<&User>, new: &User) -> Result<(), AdminError> {
    let none = Map::new();
    let known = old.map_or(&none, |old| &old.claims);
    claim::check_all(&new.claims, known).map_err(|error| AdminError::invalid(error.to_string()))?;
    account::check_released(&issuer.profile(), old, new)
        .map_err(|error| AdminError::invalid(error.to_string()))
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

/// Lists accounts that RFC 8265 takes for one.
pub(super) async fn collisions(
    _: Function<ReadUsers>,
    call: Call,
) -> Result<Reply<Vec<ShownCollision>>, AdminError> {
    let store = &call.context.issuer.store;
    let collisions = store.name_collisions(MAX_COLLISIONS).await?.into_iter();
    let shown = collisions.map(|collision| ShownCollision {
        name: collision.form,
        username: collision.username,
    });
    Ok(Reply(shown.collect()))
}

/// Reads the name of a new account.
fn new_name(text: &str, force: bool) -> Result<Username, AdminError> {
    match Username::parse(text) {
        Err(UsernameError::MixedScripts(_)) if force => {
            Username::parse_any_scripts(text).map_err(invalid)
        }
        Err(error @ UsernameError::MixedScripts(_)) => Err(AdminError::invalid(format!(
            "{error}; `force` (`--force`) allows it"
        ))),
        result => result.map_err(invalid),
    }
}

/// Requires that no account but `own` has a name of another script that looks the same.
async fn require_no_look_alike(
    issuer: &Issuer,
    name: &Username,
    own: Option<UserId>,
) -> Result<(), AdminError> {
    for other in name.look_alikes() {
        let known = issuer.store.user(&TypedName::from(&other)).await?;
        if let Some(known) = known.filter(|known| Some(known.id) != own) {
            let (name, known) = (name.as_str(), known.username.as_str());
            return Err(AdminError::invalid(format!(
                "`{name}` looks like the user `{known}`, whose name is of another script; `force` (`--force`) allows it"
            )));
        }
    }
    Ok(())
}

fn invalid(error: UsernameError) -> AdminError {
    AdminError::invalid(error.to_string())
}

fn taken(typed: &str, known: &Username) -> AdminError {
    let known = known.as_str();
    let message = match known == typed {
        true => format!("there is a user `{known}` already"),
        false => format!("there is a user `{known}` already, whom `{typed}` finds"),
    };
    AdminError::conflict(message)
}

const MAX_COLLISIONS: u32 = 1_000;
