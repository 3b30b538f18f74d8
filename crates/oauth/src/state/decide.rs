//! Look, decide, commit: how every request that rests on state or changes it is answered.
//!
//! A [`Decide`] names the rows it needs ([`Keys`]), judges them ([`Facts`]) and says what must
//! change ([`Commit`]), whether it grants or refuses. It knows no store, no clock and no socket.

pub use super::commit::{Among, CodeBinding, Commit, Effect, GrantOwner, LastAdministrator, Pivot};

use crate::{
    client::Client,
    error::OAuthError,
    id::{ClientId, EventId, GrantId, SessionId, UserId},
    key::{entropy::Entropy, secret::Digest, vault::Vault},
    profile::IssuerProfile,
    state::{
        consent::Consent,
        event::{Event, EventKind, Origin},
        feed::{FeedEntry, FeedSubject},
        grant::{Grant, GrantRevocation, RevokeReason},
        session::Session,
        status::StatusIndex,
        user::{PasswordHash, TypedName, User},
    },
    time::Time,
    token::issue::UnsignedTokens,
};

/// A request at the token endpoint or one like it: parsed, and bound to an authenticated client.
pub trait Decide: Send + Sync {
    /// The rows that the decision rests on.
    fn keys(&self) -> Keys;

    /// Grants or refuses; either may change state. Deciding again with the same arguments gives
    /// the same answer.
    ///
    /// # Errors
    ///
    /// [`Denied`], with the error for the client and what must change nevertheless.
    fn decide(&self, context: &Context<'_>, facts: &Facts) -> Decision;

    /// Returns true if it may begin a grant, which needs a place in the status lists.
    fn begins_grant(&self) -> bool {
        false
    }
}

/// The outcome of a [`Decide`].
pub type Decision = Result<Granted, Denied>;

/// A permission, and what must be committed before the answer leaves.
#[derive(Debug)]
pub struct Granted {
    /// The tokens to issue.
    pub issue: UnsignedTokens,
    /// The change that must be committed first.
    pub commit: Option<Commit>,
    /// The audit event of a request that commits nothing.
    pub note: Option<Event>,
}

/// A refusal, and what it changes.
#[derive(Debug)]
pub struct Denied {
    /// The error that the client is told.
    pub error: OAuthError,
    /// The change that the refused request causes.
    pub commit: Option<Box<Commit>>,
    /// The audit event of a request that commits nothing.
    pub note: Option<Box<Event>>,
}

impl Denied {
    /// The refusal with a change of state.
    #[must_use]
    pub fn with(mut self, commit: Commit) -> Self {
        self.commit = Some(Box::new(commit));
        self
    }

    /// The refusal of a request about this person and grant.
    #[must_use]
    pub fn about(mut self, user: UserId, grant: GrantId) -> Self {
        self.error = self.error.about(user, grant);
        self
    }
}

impl From<OAuthError> for Denied {
    fn from(error: OAuthError) -> Self {
        Self {
            error,
            commit: None,
            note: None,
        }
    }
}

/// The input of a decision beside the facts: drawn once, the same in every attempt.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The issuer's configuration.
    pub profile: &'a IssuerProfile,
    /// The authenticated client.
    pub client: &'a Client,
    /// The purpose keys.
    pub vault: &'a Vault,
    /// The time of the request.
    pub now: Time,
    /// Its randomness.
    pub draw: &'a Entropy,
    /// The origin of the request.
    pub origin: &'a Origin,
    /// The place in the status lists of the grant that this request begins, if it begins one.
    pub status: Option<StatusIndex>,
}

impl Context<'_> {
    /// An audit event of this request.
    pub fn event(&self, kind: EventKind) -> Event {
        Event {
            id: EventId::new(self.now, self.draw),
            at: self.now,
            kind,
            client: Some(self.client.client_id.clone()),
            user: None,
            grant: None,
            origin: self.origin.clone(),
            detail: String::new(),
        }
    }

    /// Returns the mark of a grant that is revoked now.
    pub fn revoked(&self, reason: RevokeReason) -> GrantRevocation {
        GrantRevocation {
            at: self.now,
            reason,
        }
    }

    /// Returns the feed entry that revokes every access token of `grant` that is still valid.
    pub fn grant_revocation(&self, grant: &Grant) -> FeedEntry {
        FeedEntry {
            subject: FeedSubject::Grant(grant.id),
            at: self.now,
        }
    }
}

/// The rows that a decision rests on. All are read in one snapshot.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// A grant, and with it its user and its session.
    pub grant: Option<GrantId>,
    /// A session by its cookie, and with it its user.
    pub session_cookie: Option<Digest>,
    /// A session by its id.
    pub session: Option<SessionId>,
    /// A user by id.
    pub user: Option<UserId>,
    /// A user by a typed name, with the password's hash.
    pub username: Option<TypedName>,
    /// A consent; its user may be left open (then: the user of `session_cookie`).
    pub consent: Option<ConsentLookup>,
    /// Revocations of these subjects.
    pub feed: Vec<FeedSubject>,
}

/// Names a consent of a known user, or of the user of the session.
#[derive(Clone, Debug)]
pub struct ConsentLookup {
    /// The person, or none for the person of [`Keys::session_cookie`].
    pub user: Option<UserId>,
    /// The client.
    pub client: ClientId,
    /// The host answers go to.
    pub redirect_host: String,
}

/// The rows that the store has for [`Keys`]; absent ones are `None`.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The grant asked for.
    pub grant: Option<Grant>,
    /// The user asked for, or the one of the grant, of the session or of the name.
    pub user: Option<User>,
    /// The session asked for, or the one of the grant.
    pub session: Option<Session>,
    /// The password's hash, when the user was asked for by name.
    pub password: Option<PasswordHash>,
    /// The consent asked for.
    pub consent: Option<Consent>,
    /// The revocations that concern the subjects asked for.
    pub feed: Vec<FeedEntry>,
}
