//! Accounts of the configuration, each made once in the life of the store.

use std::collections::HashSet;

use airside_oauth::state::{
    decide::{Among, Commit, Effect, Pivot},
    event::EventKind,
    user::{TypedName, User},
};
use airside_store::CommitError;

use super::error::StartError;
use crate::{
    issuer::{Issuer, new_account},
    settings::SeedUser,
};

impl Issuer {
    /// Makes the configured accounts, each once in the life of the store: from then on the database
    /// owns it, and one that was deleted stays deleted.
    pub(super) async fn sow_seeds(&self, users: &[SeedUser]) -> Result<(), StartError> {
        let sown = self.store.seeds().await?;
        let sown: HashSet<_> = sown
            .into_iter()
            .map(|name| name.precis().unwrap_or(name))
            .collect();
        for seed in users {
            let is_sown = sown.contains(&seed.username);
            match self.store.user(&TypedName::from(&seed.username)).await? {
                Some(user) => {
                    warn_of_differences(seed, &user);
                    if !is_sown {
                        self.note_seed(seed).await?;
                    }
                }
                // an administrator deleted it
                None if is_sown => {}
                None => self.sow(seed).await?,
            }
        }
        Ok(())
    }

    /// Notes that there is an account of this name already, which was not made from the configuration.
    async fn note_seed(&self, seed: &SeedUser) -> Result<(), StartError> {
        let pivot = Pivot::NoteSeed {
            username: seed.username.clone(),
            at: self.now(),
        };
        self.commit_once(Commit::new(pivot)).await
    }

    async fn sow(&self, seed: &SeedUser) -> Result<(), StartError> {
        let (now, draw) = (self.now(), self.draw());
        let password = self.hasher.hash(seed.password.clone(), &draw).await?;
        let user = User {
            roles: seed.roles.clone(),
            administrator: seed.administrator,
            claims: seed.claims.clone(),
            ..new_account(seed.username.clone(), now, &draw)
        };
        let mut event = self.start_event(EventKind::UserCreated);
        event.user = Some(user.id);
        let pivot = Pivot::InsertUser {
            user: Box::new(user),
            password: Some(password),
            among: Among::Sown,
        };
        self.commit_once(Commit::new(pivot).and(Effect::Event(event)))
            .await
    }

    /// Commits what only one of the nodes that start does.
    async fn commit_once(&self, commit: Commit) -> Result<(), StartError> {
        match self.store.commit(commit).await {
            // another node was first
            Ok(()) | Err(CommitError::Conflict) => Ok(()),
            Err(CommitError::Unavailable(cause)) => Err(cause.into()),
        }
    }
}

/// Says what of a configured account is not what the account has: the store owns it since it was made.
pub(super) fn warn_of_differences(seed: &SeedUser, user: &User) {
    let differences = [
        ("roles", seed.roles != user.roles),
        ("administrator", seed.administrator != user.administrator),
        ("claims", seed.claims != user.claims),
    ];
    let keys: Vec<_> = (differences.iter())
        .filter_map(|(key, differs)| differs.then_some(*key))
        .collect();
    if !keys.is_empty() {
        tracing::warn!(
            username = seed.username.as_str(),
            keys = keys.join(", "),
            "the account exists, and the configuration says something else of it: `airside user edit` changes it"
        );
    }
}
