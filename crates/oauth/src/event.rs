//! The audit trail: who did what, when, from where, with what outcome.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    id::{ClientId, EventId, GrantId, UserId},
    time::Time,
};

/// One line of the audit trail. Written in the commit that it tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Its identifier, ordered by time.
    pub id: EventId,
    /// When.
    pub at: Time,
    /// What happened.
    pub kind: EventKind,
    /// The client concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// The person concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// The grant concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// From where.
    #[serde(flatten)]
    pub origin: Origin,
    /// What else there is to say, in words and without secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// The caller's address, as far as proxies are trusted; none for the operator's socket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The request's trace id: 32 lower-case hexadecimal digits (W3C Trace Context).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trace_id: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum EventKind {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl EventKind {
            /// The stable name: `object.past_participle`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The kind with this name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    /// The admin API was called over the network.
    AdminCalled = "admin.called",
    /// A client was registered.
    ClientCreated = "client.created",
    /// A client's registration changed.
    ClientChanged = "client.changed",
    /// A client was deleted.
    ClientDeleted = "client.deleted",
    /// A person allowed a client something.
    ConsentGranted = "consent.granted",
    /// A code was presented twice.
    CodeReused = "code.reused",
    /// A code was redeemed: a grant began.
    GrantCreated = "grant.created",
    /// A grant was ended.
    GrantRevoked = "grant.revoked",
    /// A signing key was made.
    KeyCreated = "key.created",
    /// A signing key was dropped at once.
    KeyDropped = "key.dropped",
    /// A signing key stopped signing before its time.
    KeyRetired = "key.retired",
    /// A refresh token was used twice.
    RefreshTokenReused = "refresh_token.reused",
    /// A refresh token was retried in many generations in a row.
    RefreshTokenRetryAlarm = "refresh_token.retry_alarm",
    /// An authentic refresh token was presented that was never issued.
    RefreshTokenUnissued = "refresh_token.unissued",
    /// A person signed in.
    SessionCreated = "session.created",
    /// A session was ended.
    SessionEnded = "session.ended",
    /// A sign-in was refused.
    SignInRefused = "sign_in.refused",
    /// A machine's access token was issued.
    TokenIssued = "token.issued",
    /// No token was issued for an API, because what it is told of the account does not fit into one.
    TokenRefused = "token.refused",
    /// A machine's access token was revoked.
    TokenRevoked = "token.revoked",
    /// An account was made.
    UserCreated = "user.created",
    /// An account was changed.
    UserChanged = "user.changed",
    /// An account was disabled.
    UserDisabled = "user.disabled",
    /// An account was enabled again.
    UserEnabled = "user.enabled",
    /// An account was deleted.
    UserDeleted = "user.deleted",
}
