//! The life of one authorization: born when its code is redeemed, moved one generation by each
//! refresh, dead by revocation or expiry.

mod rotation;

pub use rotation::{Judgement, MAX_REISSUES, RETRY_RUN_ALARM, Rotation};

use serde::{Deserialize, Serialize};

use crate::{
    id::{ClientId, GrantId, SessionId, UserId},
    profile::Lifetimes,
    request::{
        access::{Access, FlatAccess},
        scope::Scope,
    },
    state::{session::Authentication, status::StatusIndex},
    time::Time,
};

/// One authorization of one client by one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The code's id and the refresh token family's.
    pub id: GrantId,
    /// To whom it was issued.
    pub client: ClientId,
    /// The user who allowed it.
    pub user: UserId,
    /// The sign-in it came from.
    pub session: SessionId,
    /// The access that was allowed.
    pub terms: AuthorizedAccess,
    /// The time at which its code was redeemed.
    pub created_at: Time,
    /// The random id of the redemption, by which a retried commit recognises its own work.
    pub attempt: [u8; 16],
    /// The state of its refresh tokens.
    pub rotation: Rotation,
    /// Its place in the status lists; none for one that was made before there were any.
    pub status: Option<StatusIndex>,
    /// Set once it is dead.
    pub revoked: Option<GrantRevocation>,
}

/// The access that a person allowed: fixed when the code is made, never widened afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredAccess")]
pub struct AuthorizedAccess {
    /// Every API and scope.
    #[serde(rename = "x")]
    pub access: Access,
    /// The authentication of the person.
    #[serde(rename = "a")]
    pub authentication: Authentication,
}

impl AuthorizedAccess {
    /// Returns true if the grant outlives the browser session (OIDC Core §11).
    pub fn offline(&self) -> bool {
        self.access.openid.contains("offline_access")
    }
}

/// [`AuthorizedAccess`] as this release (`x`) and as earlier ones (`s` and `r`) wrote it, in grants and in
/// codes.
#[derive(Deserialize)]
struct StoredAccess {
    #[serde(rename = "x")]
    access: Option<Access>,
    #[serde(rename = "s")]
    scope: Option<Scope>,
    #[serde(rename = "r", default)]
    resources: Vec<String>,
    #[serde(rename = "a")]
    authentication: Authentication,
}

impl TryFrom<StoredAccess> for AuthorizedAccess {
    type Error = &'static str;

    fn try_from(stored: StoredAccess) -> Result<Self, Self::Error> {
        let flat = |scope| FlatAccess::new(scope, stored.resources).into_grant();
        let access = stored.access.or_else(|| stored.scope.map(flat));
        Ok(Self {
            access: access.ok_or("neither `x` nor `s` says what was allowed")?,
            authentication: stored.authentication,
        })
    }
}

/// The revocation of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantRevocation {
    /// The time.
    pub at: Time,
    /// The reason.
    pub reason: RevokeReason,
}

/// The reason why a grant was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// An administrator ended it.
    Administrator,
    /// Its code was redeemed twice.
    CodeReused,
    /// A refresh token was used twice.
    RefreshTokenReused,
    /// A refresh token was retried in too many generations in a row.
    RetryAlarm,
    /// The client revoked it (RFC 7009).
    Revoked,
    /// Its session was ended.
    SignedOut,
    /// Its user was disabled, or changed so that old grants must die.
    UserChanged,
}

impl RevokeReason {
    /// The name used in events and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::CodeReused => "code_reused",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::RetryAlarm => "retry_alarm",
            Self::Revoked => "revoked",
            Self::SignedOut => "signed_out",
            Self::UserChanged => "user_changed",
        }
    }

    /// The reason with this name.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Administrator,
            Self::CodeReused,
            Self::RefreshTokenReused,
            Self::RetryAlarm,
            Self::Revoked,
            Self::SignedOut,
            Self::UserChanged,
        ]
        .into_iter()
        .find(|reason| reason.as_str() == name)
    }
}

impl Grant {
    /// Returns the time at which its refresh tokens stop working: after its lifetime, or after they were not used.
    pub fn refresh_expires_at(&self, lifetimes: &Lifetimes) -> Time {
        let absolute = self.created_at.plus(lifetimes.refresh_token);
        absolute.min(self.rotation.rotated_at.plus(lifetimes.refresh_token_idle))
    }
}

#[cfg(test)]
mod tests;
