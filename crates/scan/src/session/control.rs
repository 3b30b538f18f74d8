//! The control at the end of a scan: callers are still answered as they were at the beginning.

use super::Session;
use crate::{
    exchange::{IdentityIndex, Outcome, RequestSpec},
    probe::ProbeError,
};

impl Session {
    /// Repeats for each caller a read that was answered before, and returns why the answers of the API prove
    /// little, in sentences: an API that breaks, limits the rate or signs callers out refuses nothing.
    pub async fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        for (index, identity) in self.identities().iter().enumerate() {
            if identity.is_throwaway {
                continue;
            }
            let lost = identity.lost.read().clone();
            let doubt = match (lost, self.first_read(index)) {
                (Some(why), _) => Some(why),
                (None, Some(read)) => self.changed(index, &identity.name, read).await,
                (None, None) => None,
            };
            doubts.extend(doubt);
        }
        doubts.dedup();
        doubts
    }

    /// Returns the first read without identifiers that a caller was answered.
    fn first_read(&self, caller: IdentityIndex) -> Option<RequestSpec> {
        let log = self.probe.log();
        let mut own = log.iter().filter(|one| one.caller == Some(caller));
        let read = own.find(|one| {
            let operation = self.operation(one.request.operation);
            one.answer.is_accepted()
                && operation.is_some_and(|one| !one.is_write() && one.slots.is_empty())
        });
        read.map(|one| one.request.clone())
    }

    /// Returns how the answer to a read has changed, if it tells of a fault and not of the data.
    async fn changed(
        &self,
        caller: IdentityIndex,
        name: &str,
        read: RequestSpec,
    ) -> Option<String> {
        let target = read.target.clone();
        match self.send(Some(caller), read).await {
            Ok(exchange) => match exchange.answer.outcome() {
                Outcome::Unauthenticated
                | Outcome::Forbidden
                | Outcome::RateLimited
                | Outcome::Failed => Some(format!(
                    "{name} was answered by `{target}` at first and gets {} at the end: what was refused in \
                     between proves nothing",
                    exchange.answer.status
                )),
                _ => None,
            },
            // the caller that is lost says so itself
            Err(ProbeError::NoCaller(why)) => Some(why),
            Err(ProbeError::Interrupted) => Some(
                "the scan was interrupted: what was not tested until then is not tested".to_owned(),
            ),
            Err(ProbeError::BudgetSpent(count)) => Some(format!(
                "the budget of {count} requests was spent before the end (--max-requests)"
            )),
            Err(error) => Some(format!(
                "{name} was answered by `{target}` at first and not at the end: {error}"
            )),
        }
    }
}
