//! Tokens that were issued while the end of their client or a change of their person was on its way to the
//! store, and to the memory of this node: later than the time that the revocation says, and from what was
//! true before it.

use airside_oauth::{
    id::ClientId,
    key::secret::Digest,
    state::{
        account,
        decide::{Commit, Effect, Pivot},
        feed::{FeedEntry, FeedSubject},
        user::TypedName,
    },
    time::Time,
};
use airside_store::CommitError;

use crate::issuer::Issuer;

impl Issuer {
    /// Revokes what was issued to a client between its end and now, when this node issues nothing to it
    /// any more.
    pub(crate) async fn end_overtaken_client(&self, client: &ClientId, end: Option<Time>) {
        let at = self.now();
        if end.is_some_and(|end| at <= end) {
            return;
        }
        let digest = Digest::of(format!("end\0{client}\0{}", at.as_millis()).as_bytes());
        let subject = FeedSubject::Client(client.clone());
        let commit = Commit::new(Pivot::UseOnce { digest, until: at })
            .and(Effect::Feed(FeedEntry { subject, at }));
        match self.store.commit(commit).await {
            // another node ended them at this very time
            Ok(()) | Err(CommitError::Conflict) => {}
            Err(cause) => warn(&cause),
        }
    }

    /// Revokes what was issued to a person between the change at `end`, which took rights away, and now,
    /// when it is in the store.
    pub(crate) async fn end_overtaken_user(&self, name: &TypedName, end: Time) {
        for _ in 0..ATTEMPTS {
            let at = self.now();
            let user = match self.store.user(name).await {
                Ok(Some(user)) if at > end => user,
                Ok(_) => return,
                Err(cause) => return warn(&cause.into()),
            };
            match self.store.commit(account::end_of_tokens(&user, at)).await {
                Ok(()) => return,
                Err(CommitError::Conflict) => {}
                Err(cause) => return warn(&cause),
            }
        }
    }
}

fn warn(cause: &CommitError) {
    tracing::warn!(
        error = cause as &dyn std::error::Error,
        "tokens that were issued in the moment of a revocation could not be revoked; they end with their lifetime"
    );
}

/// Each attempt finds what another administrator has changed.
const ATTEMPTS: usize = 5;
