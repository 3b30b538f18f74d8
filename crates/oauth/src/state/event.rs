//! The audit trail: who did what, when, from where, with what outcome.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    id::{ClientId, EventId, GrantId, UserId},
    time::{Time, Timestamp, as_timestamp},
};

/// One line of the audit trail. Written in the commit that it tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Event {
    /// Its identifier, ordered by time.
    pub id: EventId,
    /// The time.
    #[serde(serialize_with = "as_timestamp")]
    #[schemars(with = "Timestamp")]
    pub at: Time,
    /// The kind of the event.
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
    /// The details in words, without secrets.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// The origin of a request.
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
    ($(#[doc = $meaning:literal] $variant:ident = $name:literal,)*) => {
        /// The kind of the event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum EventKind {
            $(#[doc = $meaning] #[serde(rename = $name)] $variant,)*
        }

        impl EventKind {
            /// Every kind, in the order of their names.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name: `object.past_participle`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns the meaning of such an event, as a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning.trim_ascii(),)* }
            }

            /// The kind with this name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

impl EventKind {
    /// The kind whose name is most like `name`.
    pub fn nearest(name: &str) -> Self {
        let mut kinds = Self::ALL.iter().copied();
        let first = kinds.next().unwrap_or(Self::AdminCalled);
        let distance = |kind: Self| strsim::damerau_levenshtein(kind.as_str(), name);
        kinds.fold(first, |best, kind| match distance(kind) < distance(best) {
            true => kind,
            false => best,
        })
    }
}

kinds! {
    /// The admin API was called over the network.
    AdminCalled = "admin.called",
    /// A client's registration changed.
    ClientChanged = "client.changed",
    /// A client was registered.
    ClientCreated = "client.created",
    /// A client was deleted.
    ClientDeleted = "client.deleted",
    /// A client of the configuration was disabled, because it is missing there.
    ClientDisabled = "client.disabled",
    /// A client of the configuration was enabled again.
    ClientEnabled = "client.enabled",
    /// A code was presented twice.
    CodeReused = "code.reused",
    /// A person allowed a client something.
    ConsentGranted = "consent.granted",
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
    /// A refresh token was retried in many generations in a row.
    RefreshTokenRetryAlarm = "refresh_token.retry_alarm",
    /// A refresh token was used twice.
    RefreshTokenReused = "refresh_token.reused",
    /// An authentic refresh token was presented that was never issued.
    RefreshTokenUnissued = "refresh_token.unissued",
    /// An API was changed.
    ResourceChanged = "resource.changed",
    /// An API was added.
    ResourceCreated = "resource.created",
    /// An API was deleted.
    ResourceDeleted = "resource.deleted",
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
    /// An account was changed.
    UserChanged = "user.changed",
    /// An account was made.
    UserCreated = "user.created",
    /// An account was deleted.
    UserDeleted = "user.deleted",
    /// An account was disabled.
    UserDisabled = "user.disabled",
    /// An account was enabled again.
    UserEnabled = "user.enabled",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_says_what_it_means() {
        let names: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.as_str()), Some(*kind));
            assert!(kind.meaning().ends_with('.'), "{kind:?}");
        }
    }

    #[test]
    fn a_name_that_is_misspelt_is_near_to_the_right_one() {
        for (name, nearest) in [
            ("code.reusd", EventKind::CodeReused),
            ("signin.refused", EventKind::SignInRefused),
            ("user.delete", EventKind::UserDeleted),
            ("user.deleted", EventKind::UserDeleted),
        ] {
            assert_eq!(EventKind::nearest(name), nearest, "{name}");
        }
    }
}
