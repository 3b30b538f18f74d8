//! The lifetimes that tokens are issued with, on record in the store before they count.

use airside_oauth::{
    state::lifetime::{LifetimesInForce, LongestLifetimes},
    time::Time,
};
use airside_store::Unavailable;

use crate::issuer::Issuer;

impl Issuer {
    /// The lifetimes to issue with at `now`.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store fails, and has failed for half a day.
    pub async fn in_force(&self, now: Time) -> Result<LifetimesInForce, Unavailable> {
        let profile = self.profile();
        let lifetimes = &profile.lifetimes;
        let recorded = || LifetimesInForce::recorded(lifetimes, self.lifetimes.until(), now);
        if let Some(in_force) = recorded() {
            return Ok(in_force);
        }
        self.lifetimes
            .renew(self.store.as_ref(), lifetimes, now)
            .await?;
        recorded().ok_or_else(|| Unavailable::new("lifetimes are not recorded"))
    }

    /// Returns how long the tokens that exist now can live, by the lifetimes of every node.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed.
    pub async fn longest(&self) -> Result<LongestLifetimes, Unavailable> {
        let records = self.store.lifetimes().await?;
        Ok(LongestLifetimes::at(
            &records,
            &self.profile().lifetimes,
            self.now(),
        ))
    }
}
