//! The time for which issued tokens can still live: never judged by the current configuration.
//!
//! Every node records the lifetimes that it issues with ([`RecordedLifetime`]) before it issues anything, and
//! [`LongestLifetimes`] says from these records how long a token that exists now can live. Whatever forgets
//! (revocations, status lists, keys, rows) asks it: a lifetime that was lowered still counts for the
//! tokens that were issued with it, and so does the longer one of another node.

use std::time::Duration;

use crate::{
    profile::Lifetimes,
    state::feed::{FeedEntry, FeedSubject},
    time::{LEEWAY, Time},
};

/// The kinds of lifetimes that other rows are kept by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LifetimeOf {
    /// Access tokens.
    AccessToken,
    /// ID tokens.
    IdToken,
    /// Refresh token families, since their grant began.
    RefreshToken,
    /// Idle refresh token families.
    RefreshTokenIdle,
    /// Sessions.
    Session,
    /// Audit events.
    Event,
}

/// A lifetime that some node uses, as it is in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedLifetime {
    /// The kind of the lifetime.
    pub of: LifetimeOf,
    /// The length.
    pub length: Duration,
    /// Nothing is issued with it after this time, unless the record is extended first.
    pub until: Time,
}

/// The lifetimes that tokens are issued with: proof that they are in the store at that time.
#[derive(Clone, Copy, Debug)]
pub struct LifetimesInForce {
    access_token: Duration,
    id_token: Duration,
}

/// The longest lifetimes of all that exists at one time, whichever node issued it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongestLifetimes {
    now: Time,
    access_token: Duration,
    id_token: Duration,
    refresh_token: Duration,
    refresh_token_idle: Duration,
    session: Duration,
    event: Duration,
}

impl LifetimeOf {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::AccessToken,
        Self::IdToken,
        Self::RefreshToken,
        Self::RefreshTokenIdle,
        Self::Session,
        Self::Event,
    ];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::IdToken => "id_token",
            Self::RefreshToken => "refresh_token",
            Self::RefreshTokenIdle => "refresh_token_idle",
            Self::Session => "session",
            Self::Event => "event",
        }
    }

    /// The kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.as_str() == name)
    }

    /// Its length in a configuration.
    pub const fn in_configuration(self, lifetimes: &Lifetimes) -> Duration {
        match self {
            Self::AccessToken => lifetimes.access_token,
            Self::IdToken => lifetimes.id_token,
            Self::RefreshToken => lifetimes.refresh_token,
            Self::RefreshTokenIdle => lifetimes.refresh_token_idle,
            Self::Session => lifetimes.session,
            Self::Event => lifetimes.event,
        }
    }
}

impl RecordedLifetime {
    /// The records of a node that may issue with `lifetimes` until then.
    pub fn all(lifetimes: &Lifetimes, until: Time) -> [Self; 6] {
        LifetimeOf::ALL.map(|of| Self {
            of,
            length: of.in_configuration(lifetimes),
            until,
        })
    }
}

impl LifetimesInForce {
    /// Returns the proof if the records of `lifetimes` have been written with at least `until`.
    pub fn recorded(lifetimes: &Lifetimes, until: Time, now: Time) -> Option<Self> {
        (now <= until).then_some(Self {
            access_token: lifetimes.access_token,
            id_token: lifetimes.id_token,
        })
    }

    /// The lifetime of an access token issued now.
    pub const fn access_token(self) -> Duration {
        self.access_token
    }

    /// The lifetime of an ID token issued now.
    pub const fn id_token(self) -> Duration {
        self.id_token
    }
}

impl LongestLifetimes {
    /// The one function that says how long what exists at `now` can live.
    ///
    /// `own` are the lifetimes of the node that asks; they count whatever is recorded. A record counts
    /// until the last token that was issued while it was in force has expired at every verifier.
    pub fn at(records: &[RecordedLifetime], own: &Lifetimes, now: Time) -> Self {
        let longest = |of: LifetimeOf, counts: &dyn Fn(&RecordedLifetime) -> bool| {
            let others = records.iter().filter(|one| one.of == of && counts(one));
            let others = others.map(|one| one.length).max().unwrap_or_default();
            others.max(of.in_configuration(own))
        };
        // a token keeps the lifetime that it was issued with
        let issued = |one: &RecordedLifetime| one.until.plus(one.length).plus(LEEWAY) >= now;
        let access_token = longest(LifetimeOf::AccessToken, &issued);
        let id_token = longest(LifetimeOf::IdToken, &issued);
        // the others are judged by each node as it is configured; tokens that rest on them live on
        let token = access_token.max(id_token).saturating_add(LEEWAY);
        let judged = |one: &RecordedLifetime| one.until.plus(token) >= now;
        Self {
            now,
            access_token,
            id_token,
            refresh_token: longest(LifetimeOf::RefreshToken, &judged),
            refresh_token_idle: longest(LifetimeOf::RefreshTokenIdle, &judged),
            session: longest(LifetimeOf::Session, &judged),
            event: longest(LifetimeOf::Event, &judged),
        }
    }

    /// The time that it is true of.
    pub const fn now(&self) -> Time {
        self.now
    }

    /// An access token.
    pub const fn access_token(&self) -> Duration {
        self.access_token
    }

    /// A token that a signing key has signed.
    pub fn signed(&self) -> Duration {
        self.access_token.max(self.id_token)
    }

    /// A refresh token family, since its grant began.
    pub const fn refresh_token(&self) -> Duration {
        self.refresh_token
    }

    /// An idle refresh token family.
    pub const fn refresh_token_idle(&self) -> Duration {
        self.refresh_token_idle
    }

    /// A session.
    pub const fn session(&self) -> Duration {
        self.session
    }

    /// An audit event.
    pub const fn event(&self) -> Duration {
        self.event
    }

    /// Anything that a key protects, counted from when the key protects nothing new.
    pub fn key(&self) -> Duration {
        // an ID token is a hint as long as its session; a refresh token needs the key of its MAC
        let longest = self.session.max(self.refresh_token);
        longest.saturating_add(self.signed()).saturating_add(LEEWAY)
    }

    /// Returns the time at which the last token that `entry` concerns has expired.
    pub fn until(&self, entry: &FeedEntry) -> Time {
        entry.at.plus(match entry.subject {
            // a thief of a key makes tokens of any age
            FeedSubject::Kid(_) => self.key(),
            FeedSubject::Grant(_)
            | FeedSubject::Jti(_)
            | FeedSubject::Client(_)
            | FeedSubject::User(_) => self.access_token,
        })
    }

    /// Returns the time before which a revocation concerns no token that a verifier still accepts.
    pub fn forgotten_before(&self) -> Time {
        self.now.minus(self.access_token.saturating_add(LEEWAY))
    }
}

/// No configuration has codes that live longer.
pub const MAX_AUTHORIZATION_CODE: Duration = Duration::from_secs(10 * 60);

#[cfg(test)]
mod tests;
