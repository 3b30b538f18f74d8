//! At least one account administers the issuer, unless somebody wants it otherwise.

use airside_oauth::state::user::User;

use crate::admin::AdminError;
use crate::issuer::Issuer;

pub(super) fn is_active_administrator(user: &User) -> bool {
    user.administrator && !user.disabled
}

/// Without an administrator, only the operator's socket could make one again.
pub(super) async fn require_another_administrator(
    issuer: &Issuer,
    user: &User,
) -> Result<(), AdminError> {
    let some = issuer.store.administrators(2).await?;
    match some.iter().any(|other| other.id != user.id) {
        true => Ok(()),
        false => Err(AdminError::conflict(format!(
            "`{}` is the last administrator; `force` (`--force`) allows it",
            user.username.as_str()
        ))),
    }
}
