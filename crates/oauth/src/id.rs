//! Identifiers: one type each, so that none is taken for another.

use std::{fmt, str::FromStr};

use schemars::json_schema;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::{key::entropy::Entropy, schema::described, time::Time};

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $label:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a new identifier: a UUIDv7 (RFC 9562 §5.7), ordered by time.
            pub fn new(now: Time, draw: &Entropy) -> Self {
                Self(time_ordered(now, draw, $label))
            }

            /// Not after any identifier made at `time` or later, before every one made earlier.
            pub fn first_at(time: Time) -> Self {
                let millis = u64::try_from(time.as_millis()).unwrap_or_default();
                Self(Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
            }

            /// The time in it, in whole milliseconds (RFC 9562 §5.7); none if it is not a UUIDv7.
            pub fn made_at(&self) -> Option<Time> {
                let [a, b, c, d, e, f, ..] = *self.0.as_bytes();
                let millis = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
                let millis = i64::try_from(millis).ok().map(Time::from_millis);
                millis.filter(|_| self.0.get_version_num() == 7)
            }

            /// The 16 bytes to store; their order is the order in time.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// An identifier read back from the store.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        described!($name, json_schema!({ "type": "string", "format": "uuid" }));

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }
    };
}

uuid_id! {
    /// One authorization: the code's id, then the refresh token family's.
    GrantId, "grant"
}
uuid_id! {
    /// A person; the `sub` of their tokens. Never reused.
    UserId, "user"
}
uuid_id! {
    /// A browser's sign-in; the `sid` of its tokens. Public: the cookie is another value.
    SessionId, "session"
}
uuid_id! {
    /// An audit event.
    EventId, "event"
}
uuid_id! {
    /// A single token (`jti`).
    TokenId, "jti"
}

/// A client's public name (RFC 6749 §2.2): 1 to 255 visible ASCII characters, never a UUID, so
/// that it can never equal a person's `sub` (RFC 9700 §4.15).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

described!(
    ClientId,
    json_schema!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" })
);

impl ClientId {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // RFC6749-A.1: client-id = *VSCHAR; a space would make logs and lists ambiguous
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > 255 || !visible || Uuid::try_parse(&text).is_ok() {
            return Err(IdError);
        }
        Ok(Self(text))
    }
}

impl FromStr for ClientId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not an identifier of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier")]
pub struct IdError;

fn time_ordered(now: Time, draw: &Entropy, label: &str) -> Uuid {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &draw.bytes(label)).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_ordered_by_time() {
        let draw = Entropy::from_seed([9; 32]);
        let early = GrantId::new(Time::from_millis(1_000), &draw);
        let late = GrantId::new(Time::from_millis(2_000), &draw);
        assert!(early < late && early.as_bytes() < late.as_bytes());
    }

    #[test]
    fn an_identifier_tells_when_it_was_made() {
        let now = Time::from_millis(1_767_225_600_123);
        let id = TokenId::new(now, &Entropy::from_seed([9; 32]));
        assert_eq!(id.made_at(), Some(now));
        assert_eq!(TokenId::from_bytes([4; 16]).made_at(), None);
    }

    #[test]
    fn a_client_id_can_never_be_a_subject() {
        // RFC9700-4.15
        let subject = UserId::new(Time::from_millis(1), &Entropy::from_seed([1; 32]));
        assert_eq!(subject.to_string().parse::<ClientId>(), Err(IdError));
        assert_eq!("".parse::<ClientId>(), Err(IdError));
        assert_eq!("a b".parse::<ClientId>(), Err(IdError));
        assert!("billing".parse::<ClientId>().is_ok());
    }
}
