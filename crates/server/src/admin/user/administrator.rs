//! At least one account administers the issuer, unless somebody wants it otherwise.

use airside_oauth::state::{decide::LastAdministrator, user::User};

use crate::admin::AdminError;
use crate::issuer::Issuer;

/// Returns the protection of the last administrator for a request with or without `force`.
pub(super) const fn last_administrator(force: bool) -> LastAdministrator {
    match force {
        true => LastAdministrator::LetGo,
        false => LastAdministrator::Kept,
    }
}

/// Without an administrator, only the operator's socket could make one again.
///
/// This words the refusal; the commit requires it once more, since two may go at the same time.
pub(super) async fn require_another_administrator(
    issuer: &Issuer,
    user: &User,
    last_administrator: LastAdministrator,
) -> Result<(), AdminError> {
    if last_administrator == LastAdministrator::LetGo {
        return Ok(());
    }
    let some = issuer.store.administrators(2).await?;
    match some.iter().any(|other| other.id != user.id) {
        true => Ok(()),
        false => Err(AdminError::conflict(format!(
            "`{}` is the last administrator; `force` (`--force`) allows it",
            user.username.as_str()
        ))),
    }
}
