//! The life of one authorization: born when its code is redeemed, moved one generation by each
//! refresh, dead by revocation or expiry.

use std::time::Duration;

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
#[serde(from = "StoredAccess")]
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

/// [`AuthorizedAccess`] as this release and as earlier ones wrote them, in grants and in codes.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredAccess {
    Current {
        #[serde(rename = "x")]
        access: Access,
        #[serde(rename = "a")]
        authentication: Authentication,
    },
    Flat {
        #[serde(rename = "s")]
        scope: Scope,
        #[serde(rename = "r", default)]
        resources: Vec<String>,
        #[serde(rename = "a")]
        authentication: Authentication,
    },
}

impl From<StoredAccess> for AuthorizedAccess {
    fn from(stored: StoredAccess) -> Self {
        match stored {
            StoredAccess::Current {
                access,
                authentication,
            } => Self {
                access,
                authentication,
            },
            StoredAccess::Flat {
                scope,
                resources,
                authentication,
            } => Self {
                access: FlatAccess::new(scope, resources).into_grant(),
                authentication,
            },
        }
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

/// The state of a refresh token family: constant in size, whatever the number of rotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The generation last presented while it was current; none before the first rotation.
    pub anchor: Option<u32>,
    /// The newest generation issued.
    pub current: u32,
    /// The time at which `current` was issued.
    pub rotated_at: Time,
    /// The number of times that the successor of `anchor` was issued again.
    pub reissues: u8,
    /// True if `anchor` was presented again within the window.
    pub retried: bool,
    /// In how many generations in a row that happened, this one included.
    pub retry_run: u8,
}

/// The judgement of a presented generation of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is current: rotate to this state.
    Rotate(Rotation),
    /// It was retried: the same successor again; the state changes only if this is the first retry
    /// of its generation.
    Retry {
        /// The state after noting the retry, if it must be noted.
        noted: Option<Rotation>,
        /// True if noting it completed a run of [`RETRY_RUN_ALARM`] generations.
        alarm: bool,
    },
    /// The successor was lost: issue a fresh one and void the unseen one.
    Reissue(Rotation),
    /// It was used, superseded or void: another party has it.
    Reuse,
    /// It was never issued.
    Unissued,
}

impl Rotation {
    /// The state of a family whose first token is issued at `now`.
    pub const fn begin(now: Time) -> Self {
        Self {
            anchor: None,
            current: 0,
            rotated_at: now,
            reissues: 0,
            retried: false,
            retry_run: 0,
        }
    }

    /// Judges `generation`, presented at `now` by the client that the token belongs to (decision 20).
    pub fn judge(&self, generation: u32, window: Duration, now: Time) -> Judgement {
        if generation > self.current {
            return Judgement::Unissued;
        }
        if generation == self.current {
            return self
                .successor(Some(generation), 0, now)
                .map_or(Judgement::Reuse, Judgement::Rotate);
        }
        // RFC9700-4.14.2: only the predecessor can be an honest retry; anything older was stolen
        if Some(generation) != self.anchor {
            return Judgement::Reuse;
        }
        if now.within(window, self.rotated_at) {
            return self.note_retry();
        }
        if self.reissues >= MAX_REISSUES {
            return Judgement::Reuse;
        }
        self.successor(self.anchor, self.reissues + 1, now)
            .map_or(Judgement::Reuse, Judgement::Reissue)
    }

    fn successor(&self, anchor: Option<u32>, reissues: u8, now: Time) -> Option<Self> {
        let same_anchor = anchor == self.anchor;
        Some(Self {
            anchor,
            current: self.current.checked_add(1)?,
            rotated_at: now,
            reissues,
            retried: same_anchor && self.retried,
            // a generation without a retry ends the run
            retry_run: if same_anchor || self.retried {
                self.retry_run
            } else {
                0
            },
        })
    }

    fn note_retry(&self) -> Judgement {
        if self.retried {
            return Judgement::Retry {
                noted: None,
                alarm: false,
            };
        }
        let retry_run = self.retry_run.saturating_add(1);
        Judgement::Retry {
            noted: Some(Self {
                retried: true,
                retry_run,
                ..*self
            }),
            alarm: retry_run == RETRY_RUN_ALARM,
        }
    }
}

impl Grant {
    /// Returns the time at which its refresh tokens stop working: after its lifetime, or after they were not used.
    pub fn refresh_expires_at(&self, lifetimes: &Lifetimes) -> Time {
        let absolute = self.created_at.plus(lifetimes.refresh_token);
        absolute.min(self.rotation.rotated_at.plus(lifetimes.refresh_token_idle))
    }
}

/// After this many generations in a row with a retry, a thief may be following inside the window.
pub const RETRY_RUN_ALARM: u8 = 6;

/// A client that lost this many answers to the same refresh is not losing answers.
pub const MAX_REISSUES: u8 = 10;

#[cfg(test)]
mod tests;
