//! Look, decide, commit: how every request that rests on state or changes it is answered.
//!
//! A [`Decide`] names the rows it needs ([`Keys`]), judges them ([`Facts`]) and says what must
//! change ([`Commit`]), whether it grants or refuses. It knows no store, no clock and no socket.

use crate::{
    client::{Client, resource_metadata::StoredResource},
    error::OAuthError,
    id::{ClientId, EventId, GrantId, SessionId, UserId},
    key::{StoredKey, entropy::Entropy, secret::Digest, vault::Vault},
    profile::IssuerProfile,
    state::{
        consent::{Consent, ConsentKey},
        event::{Event, EventKind, Origin},
        feed::{FeedEntry, FeedSubject},
        grant::{Grant, GrantRevocation, RevokeReason, Rotation},
        session::Session,
        status::StatusIndex,
        user::{PasswordHash, TypedName, User, Username},
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

/// One transaction: the pivot must change exactly one row, else nothing changes.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The one compare-and-swap.
    pub pivot: Pivot,
    /// The effects that follow if, and only if, the pivot succeeded.
    pub effects: Vec<Effect>,
}

impl Commit {
    /// A commit of `pivot` alone.
    pub fn new(pivot: Pivot) -> Self {
        Self {
            pivot,
            effects: Vec::new(),
        }
    }

    /// The commit with one more effect.
    #[must_use]
    pub fn and(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }
}

/// A compare-and-swap: changes exactly one row, or the commit is a conflict.
#[derive(Clone, Debug)]
pub enum Pivot {
    /// Redeems a code: inserts the grant unless its id exists, while everything that the code was
    /// bound to is unchanged.
    InsertGrant {
        /// The new row.
        grant: Box<Grant>,
        /// The state that must not have changed.
        bound: CodeBinding,
    },
    /// Moves a live grant from one state of rotation to another.
    Rotate {
        /// The grant.
        grant: GrantId,
        /// The state it must be in.
        from: Rotation,
        /// The state it goes to.
        to: Rotation,
    },
    /// Ends a grant that is not yet revoked.
    RevokeGrant {
        /// The grant.
        grant: GrantId,
        /// The time and the reason.
        revoked: GrantRevocation,
    },
    /// Marks a digest as used, unless it is.
    UseOnce {
        /// The digest of the value that is used.
        digest: Digest,
        /// Until when it must be remembered.
        until: Time,
    },
    /// Signs a browser in, while the user is enabled and of this epoch.
    InsertSession {
        /// The new row.
        session: Box<Session>,
        /// The user's epoch at the time the password was checked.
        user_epoch: u32,
    },
    /// Gives a session that has not ended a new cookie and a later sign-in, while its user is
    /// enabled and of this epoch.
    RenewSession {
        /// The row as it is to be; found by its id and its user.
        session: Box<Session>,
        /// The user's epoch at the time the password was checked.
        user_epoch: u32,
    },
    /// Notes that a live session was seen.
    SeeSession {
        /// The session.
        session: SessionId,
        /// The time.
        at: Time,
    },
    /// Ends a session that has not ended.
    EndSession {
        /// The session.
        session: SessionId,
        /// The time.
        at: Time,
    },
    /// Registers a client whose id is free.
    InsertClient(Box<Client>),
    /// Replaces a registration that has the epoch `expected`.
    UpdateClient {
        /// The new registration.
        client: Box<Client>,
        /// The epoch it must have now.
        expected: u32,
    },
    /// Deletes a registration.
    DeleteClient(ClientId),
    /// Adds an API whose identifier is free.
    InsertResource(Box<StoredResource>),
    /// Replaces an API that has the epoch `expected`.
    UpdateResource {
        /// The new row.
        resource: Box<StoredResource>,
        /// The epoch it must have now.
        expected: u32,
    },
    /// Deletes the API with this identifier.
    DeleteResource(String),
    /// Makes an account whose name is free, also as the form of RFC 8265 of another account's name.
    InsertUser {
        /// The account.
        user: Box<User>,
        /// Its password, if it has one.
        password: Option<PasswordHash>,
        /// The accounts that may exist already.
        among: Among,
    },
    /// Replaces an account that has the epoch `expected`.
    UpdateUser {
        /// The new row.
        user: Box<User>,
        /// The epoch it must have now.
        expected: u32,
    },
    /// Deletes an account; its id stays taken in every grant and event that names it.
    DeleteUser(UserId),
    /// Notes that the configuration's account of this name needs not be made, unless that is noted.
    NoteSeed {
        /// Its name.
        username: Username,
        /// The time.
        at: Time,
    },
    /// Stores a key whose purpose and version are free.
    InsertKey(Box<StoredKey>),
    /// Retires a key without a successor, unless it is retired or dropped: it signs nothing more.
    RetireKey {
        /// The key.
        kid: String,
        /// The time.
        at: Time,
    },
    /// Drops a key that is not dropped: never accepted again.
    DropKey {
        /// The key.
        kid: String,
        /// The time.
        at: Time,
    },
}

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

/// An effect of a pivot: append-only or idempotent, so that it cannot conflict.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Appends to the audit trail.
    Event(Event),
    /// Appends a revocation.
    Feed(FeedEntry),
    /// Widens or makes a consent; its epoch stays.
    RememberConsent(Consent),
    /// Ends the live grants of an owner, with a revocation each.
    RevokeGrantsOf {
        /// The owner.
        owner: GrantOwner,
        /// The time and the reason.
        revoked: GrantRevocation,
    },
    /// Ends the live sessions of a person.
    EndSessionsOf {
        /// The user.
        user: UserId,
        /// The time.
        at: Time,
    },
    /// Sets a person's password.
    SetPassword {
        /// The owner.
        user: UserId,
        /// The new hash.
        hash: PasswordHash,
    },
}

/// The owner of the grants that end.
#[derive(Clone, Debug)]
pub enum GrantOwner {
    /// Of a session, except those with `offline_access`.
    Session(SessionId),
    /// Of a person.
    User(UserId),
    /// Of a client.
    Client(ClientId),
}
