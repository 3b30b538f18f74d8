//! The callers of a scan, and every token that one of them had.

use std::{cmp::Reverse, sync::Arc};

use super::Session;
use crate::{
    exchange::IdentityIndex,
    identity::{Identity, Secret, rank},
};

impl Session {
    /// Returns a caller.
    #[must_use]
    pub fn identity(&self, index: IdentityIndex) -> Option<Arc<Identity>> {
        self.identities.read().get(index).cloned()
    }

    /// Returns all callers.
    #[must_use]
    pub fn identities(&self) -> Vec<Arc<Identity>> {
        self.identities.read().clone()
    }

    /// Returns true if a read that callers are answered is refused without a token, and a document says which
    /// need one.
    #[must_use]
    pub fn refuses_without_token(&self) -> bool {
        !self.api.is_captured && !self.pulses.lock().is_empty()
    }

    /// Returns the name of a caller in reports.
    #[must_use]
    pub fn name(&self, index: IdentityIndex) -> String {
        self.identity(index)
            .map(|one| one.name.clone())
            .unwrap_or_default()
    }

    /// Returns every token that was had beside those that callers have now.
    #[must_use]
    pub fn past_tokens(&self) -> Vec<Secret> {
        self.tokens.lock().clone()
    }

    /// Keeps a token, so that no report shows it.
    pub(super) fn keep_secret(&self, token: &Secret) {
        self.tokens.lock().push(token.clone());
    }

    /// Returns the callers that have rights of an administrator and a token that works, the greatest role first;
    /// the scan made none of them.
    #[must_use]
    pub fn administrators(&self) -> Vec<IdentityIndex> {
        let identities = self.identities.read();
        let privileged = identities.iter().enumerate().filter(|(_, one)| {
            *one.is_privileged.read() && !one.is_throwaway && one.lost.read().is_none()
        });
        let mut privileged: Vec<_> = privileged.collect();
        privileged.sort_by_key(|(_, one)| Reverse(rank(one.role.as_deref())));
        privileged.into_iter().map(|(index, _)| index).collect()
    }
}
