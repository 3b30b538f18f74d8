//! The state that a pivot requires beside its own row.

use crate::{id::SessionId, state::consent::ConsentKey};

/// The accounts that may exist already when one is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// Anyone.
    Others,
    /// No account: this is the first one.
    Nobody,
    /// Anyone, unless the name was sown before: the account is one of the configuration, made once. That
    /// it was made is noted and outlives the account.
    Sown,
}

/// The protection of the last enabled account that administers the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastAdministrator {
    /// The commit is a conflict if the account is an enabled administrator and there is no other one.
    Kept,
    /// The account may be the last one.
    LetGo,
}

/// The binding of a code when it was made.
#[derive(Clone, Debug)]
pub struct CodeBinding {
    /// The user's epoch; the user must also be enabled.
    pub user_epoch: u32,
    /// The client's epoch.
    pub client_epoch: u32,
    /// The consent's epoch; none when no consent was needed.
    pub consent: Option<(ConsentKey, u32)>,
    /// The session must not have ended; none when the grant outlives it.
    pub session: Option<SessionId>,
}
