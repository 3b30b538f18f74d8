//! Sign-in of accounts: passwords, throttled attempts, and the set-up link of the first administrator.

use airside_oauth::state::{
    account,
    decide::{Effect, LastAdministrator},
    event::EventKind,
    grant::RevokeReason,
    user::{TypedName, User},
};
use airside_resource::Function;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AdminError,
    action::WriteUsers,
    answer::Reply,
    call::Call,
    input::Nothing,
    user::{UserPath, about, ended, find, hash},
};

/// A new password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The password.
    password: String,
}

/// A link that makes the first administrator, once and within 30 minutes.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SetupLink {
    /// The address to open.
    link: String,
}

/// A new password ends every session and grant: a thief of the old one is signed out.
pub(super) async fn set_password(
    _: Function<WriteUsers>,
    call: Call<UserPath, Nothing, NewPassword>,
) -> Result<Reply<User>, AdminError> {
    let issuer = &call.context.issuer;
    let user = find(issuer, &call.path.name).await?;
    let hash = hash(issuer, call.body.password).await?;
    let mut changed = about(&call.context, EventKind::UserChanged, &user);
    changed.detail = "password".to_owned();
    let (last, profile, now) = (LastAdministrator::Kept, issuer.profile(), issuer.now());
    let commit =
        account::change(&user, user.clone(), last, &profile, now).and(Effect::SetPassword {
            user: user.id,
            hash,
        });
    let commit = ended(issuer, commit, user.id, RevokeReason::UserChanged);
    issuer
        .store
        .commit(commit.and(Effect::Event(changed)))
        .await?;
    Ok(Reply(user))
}

/// Forgets the failed sign-ins of an account, at the node that is asked.
pub(super) async fn unlock(
    _: Function<WriteUsers>,
    call: Call<UserPath>,
) -> Result<Reply<User>, AdminError> {
    let (context, name) = (&call.context, &call.path.name);
    let issuer = &context.issuer;
    let user = find(issuer, name).await?;
    let typed = TypedName::from(&user.username);
    issuer
        .sign_in_throttle
        .unlock(typed.attempts_key(), issuer.now());
    let mut unlocked = about(context, EventKind::UserChanged, &user);
    unlocked.detail = "unlocked".to_owned();
    issuer.audit_buffer.note(unlocked);
    Ok(Reply(user))
}

/// Makes a new link for the first administrator; an earlier one stops working.
pub(super) async fn make_setup_link(
    _: Function<WriteUsers>,
    call: Call,
) -> Result<Reply<SetupLink, 201>, AdminError> {
    let issuer = &call.context.issuer;
    if issuer.store.has_users().await? {
        let detail = "there is an account already: make others with `airside user create`";
        return Err(AdminError::conflict(detail));
    }
    let token = issuer.setup.begin(issuer.now(), &issuer.draw());
    let path = format!("/setup?token={}", token.expose());
    let link = issuer.profile().endpoint(&path);
    Ok(Reply(SetupLink { link }))
}
