//! Canaries in things that no request of their own makes.

use super::{CreateError, Session};
use crate::{document::Operation, exchange::IdentityIndex, request::Assignment, value::Canary};

impl Session {
    /// Writes canaries into a thing as its owner, once. One is written at a time: reads of the same thing,
    /// which run side by side, have the same canaries.
    ///
    /// # Errors
    ///
    /// [`CreateError`].
    pub async fn plant(
        &self,
        write: &Operation,
        ids: &Assignment,
        owner: IdentityIndex,
    ) -> Result<Vec<Canary>, CreateError> {
        let place = (write.index, ids.clone());
        let mut planted = self.planted.lock().await;
        if let Some((_, canaries)) = planted.iter().find(|(own, _)| *own == place) {
            return Ok(canaries.clone());
        }
        let (_, canaries) = self.try_body(write, ids, Some(owner), None).await?;
        planted.push((place, canaries.clone()));
        Ok(canaries)
    }
}
