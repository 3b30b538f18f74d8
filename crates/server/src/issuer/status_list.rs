//! Status lists: read from the store and signed when they are asked for.

use std::sync::Arc;

use airside_oauth::{state::status::ListNumber, token::sign::MissingKeyError};
use airside_store::Unavailable;

use crate::{
    issuer::Issuer,
    status::{Contents, PublishedList},
};

/// The reason why a status list cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum StatusListError {
    /// The store failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// There is no key to sign it.
    #[error(transparent)]
    MissingKey(#[from] MissingKeyError),
}

impl Issuer {
    /// Returns a status list; none if no grant can have an index in it.
    ///
    /// # Errors
    ///
    /// [`StatusListError`] if the store failed, or there is no key.
    pub async fn status_list(
        &self,
        list: ListNumber,
    ) -> Result<Option<Arc<PublishedList>>, StatusListError> {
        let lists = &self.status_lists;
        if let Some(known) = lists.fresh(list, self.now()) {
            return Ok(known);
        }
        let _looking = lists.looking.lock().await;
        let now = self.now();
        if let Some(known) = lists.fresh(list, now) {
            return Ok(known);
        }
        let longest = self.longest().await?;
        let since = longest.forgotten_before();
        let Some(mut dead) = self.store.revoked_in(list, since).await? else {
            lists.known().note_absent(list, now);
            return Ok(None);
        };
        dead.sort_unstable();
        let before = lists.known().published(list);
        let (profile, keys) = (self.profile(), self.keys());
        let contents = Contents {
            list,
            profile: &profile,
            keyring: &keys.keyring,
        };
        let published = PublishedList::new(&contents, dead, before.as_deref(), &longest)?;
        let published = Arc::new(published);
        lists.known().keep(list, Arc::clone(&published));
        Ok(Some(published))
    }
}
