//! Commits: the one compare-and-swap of a transaction, and its effects.

mod condition;

pub use condition::{Among, CodeBinding, LastAdministrator};

use crate::{
    client::{Client, resource_metadata::StoredResource},
    id::{ClientId, GrantId, SessionId, UserId},
    key::{StoredKey, secret::Digest},
    state::{
        consent::Consent,
        event::Event,
        feed::{FeedEntry, FeedSubject},
        grant::{Grant, GrantRevocation, Rotation},
        logout::{DeliveryState, LogoutKey},
        session::Session,
        user::{PasswordHash, User, Username},
    },
    time::Time,
};

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

    /// Returns until when the tokens of a client or a person are revoked by it.
    pub fn end_of_tokens(&self) -> Option<Time> {
        let ends = self.effects.iter().filter_map(|effect| match effect {
            Effect::Feed(FeedEntry {
                subject: FeedSubject::Client(_) | FeedSubject::User(_),
                at,
            }) => Some(*at),
            _ => None,
        });
        ends.max()
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
    /// Ends a session that has not ended, and queues a logout token for every client that must be told.
    EndSession {
        /// The session.
        session: SessionId,
        /// The time.
        at: Time,
    },
    /// Moves a logout token that is to be delivered from one state to another.
    MoveLogout {
        /// The logout token.
        logout: LogoutKey,
        /// The state it must be in.
        from: DeliveryState,
        /// The state it goes to.
        to: DeliveryState,
    },
    /// Ends the delivery of a logout token.
    CloseLogout {
        /// The logout token.
        logout: LogoutKey,
        /// The state it must be in.
        from: DeliveryState,
    },
    /// Registers a client whose id is free.
    InsertClient(Box<Client>),
    /// Replaces a registration that has the epoch `expected` and these secrets.
    UpdateClient {
        /// The new registration.
        client: Box<Client>,
        /// The epoch it must have now.
        expected: u32,
        /// The secrets it must have now: the rotation of a secret leaves the epoch as it is.
        expected_secrets: Vec<Digest>,
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
        /// The protection of the last administrator.
        last_administrator: LastAdministrator,
    },
    /// Deletes an account; its id stays taken in every grant and event that names it.
    DeleteUser {
        /// The account.
        user: UserId,
        /// The protection of the last administrator.
        last_administrator: LastAdministrator,
    },
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

/// An effect of a pivot: append-only or idempotent, so that it cannot conflict.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Appends to the audit trail.
    Event(Event),
    /// Appends a revocation.
    Feed(FeedEntry),
    /// Widens or makes a consent; its epoch stays. Nothing is remembered of a user or a client that has
    /// been deleted, nor of a client that has changed.
    RememberConsent {
        /// The consent.
        consent: Consent,
        /// The epoch of the client that the person has allowed this.
        client_epoch: u32,
    },
    /// Takes back what a person has allowed a client, at every redirect host, and raises the epoch.
    WithdrawConsents {
        /// The person.
        user: UserId,
        /// The client.
        client: ClientId,
    },
    /// Ends the live grants of an owner, with a revocation each.
    RevokeGrantsOf {
        /// The owner.
        owner: GrantOwner,
        /// The time and the reason.
        revoked: GrantRevocation,
    },
    /// Ends the live sessions of a person, and queues a logout token for every client that must be told.
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
