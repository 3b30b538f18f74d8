//! Names of accounts that an earlier version made: what RFC 8265 makes of them is noted, and nothing is
//! renamed or merged.

use airside_store::Unavailable;

use super::Issuer;

impl Issuer {
    /// Notes the forms of names that an earlier version stored, also those that nodes of that version
    /// store while this one runs.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed; what is noted until then stays.
    pub(crate) async fn note_precis_names(&self) -> Result<(), Unavailable> {
        while self.store.note_precis_names(BATCH).await? >= u64::from(BATCH) {}
        Ok(())
    }

    /// Says in the log which accounts are found only by their exact names.
    pub(super) async fn tell_of_name_collisions(&self) -> Result<(), Unavailable> {
        let collisions = self.store.name_collisions(None, MAX_TOLD + 1).await?;
        for collision in collisions.iter().take(MAX_TOLD as usize) {
            tracing::warn!(
                username = collision.username,
                form = collision.form,
                "usernames collide under RFC 8265: the account is found only by its exact name; `airside user list --collisions` lists all such accounts"
            );
        }
        if collisions.len() > MAX_TOLD as usize {
            tracing::warn!(
                "more usernames collide: `airside user list --collisions` lists all of them"
            );
        }
        Ok(())
    }
}

/// A few milliseconds of a store's writer.
const BATCH: u32 = 1_000;

const MAX_TOLD: u32 = 20;
