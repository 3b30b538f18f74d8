//! Requests as a caller: counted, held to what is allowed, and sent again with a new token.

use std::sync::atomic::Ordering;

use super::Session;
use crate::{
    document::Kind,
    exchange::{IdentityIndex, Outcome, Recorded, RequestBody, RequestSpec},
    probe::ProbeError,
};

impl Session {
    /// Sends a request as a caller. A token that died is renewed, and the request is sent once more.
    ///
    /// # Errors
    ///
    /// [`ProbeError`]; [`ProbeError::NoCaller`] if the caller's token died and cannot be renewed.
    pub async fn send(
        &self,
        caller: Option<IdentityIndex>,
        spec: RequestSpec,
    ) -> Result<Recorded, ProbeError> {
        self.require_allowed(&spec)?;
        let Some(index) = caller else {
            return self.send_with(None, spec).await;
        };
        self.renew_before_expiry(index).await?;
        let exchange = self.send_with(Some(index), spec.clone()).await?;
        if exchange.answer.outcome() != Outcome::Unauthenticated {
            return Ok(exchange);
        }
        match self.is_alive(index).await? {
            true => Ok(exchange),
            false => {
                self.renew(index).await?;
                self.send_with(Some(index), spec).await
            }
        }
    }

    pub(super) async fn send_with(
        &self,
        caller: Option<IdentityIndex>,
        spec: RequestSpec,
    ) -> Result<Recorded, ProbeError> {
        let token = match caller.and_then(|index| self.identity(index)) {
            None => None,
            Some(identity) => {
                if let Some(why) = identity.lost.read().clone() {
                    return Err(ProbeError::NoCaller(why));
                }
                identity.token.read().clone()
            }
        };
        self.count(&spec);
        let is_write = self.is_write(&spec);
        let mut exchange = self.probe.send(caller, token.as_ref(), spec).await?;
        if is_write && asks_for_version(&exchange) {
            for version in self.versions(caller, &exchange.request).await {
                let spec = exchange.request.clone().with_header("If-Match", &version);
                self.count(&spec);
                exchange = self.probe.send(caller, token.as_ref(), spec).await?;
                if !asks_for_version(&exchange) {
                    break;
                }
            }
        }
        if is_write && exchange.answer.status < 400 {
            self.last_write
                .fetch_max(exchange.number, Ordering::Relaxed);
        }
        Ok(exchange)
    }

    /// Returns what an `If-Match` of a request can have: any version, and the last one that was shown, to anybody
    /// or now to the caller. A version is not a secret: many are numbers.
    async fn versions(&self, caller: Option<IdentityIndex>, spec: &RequestSpec) -> Vec<String> {
        let log = self.probe.log();
        let mut shown = log
            .iter()
            .rev()
            .filter(|one| one.request.path() == spec.path());
        let mut last = shown.find_map(|one| one.answer.entity_tag.clone());
        let twin = self
            .operation(spec.operation)
            .and_then(|one| self.twin(one));
        if let (None, Some(twin)) = (&last, twin) {
            let read = RequestSpec {
                operation: twin.index,
                method: twin.method.clone(),
                body: RequestBody::None,
                ..spec.clone()
            };
            let answer = Box::pin(self.send_with(caller, read)).await;
            last = answer.ok().and_then(|one| one.answer.entity_tag.clone());
        }
        [Some("*".to_owned()), last].into_iter().flatten().collect()
    }

    pub(super) fn count(&self, spec: &RequestSpec) {
        *self.counts.lock().entry(spec.operation).or_default() += 1;
    }

    fn is_write(&self, spec: &RequestSpec) -> bool {
        match self.operation(spec.operation) {
            Some(operation) => operation.is_write() && operation.kind != Kind::SignIn,
            None => false,
        }
    }

    pub(super) fn require_allowed(&self, spec: &RequestSpec) -> Result<(), ProbeError> {
        match self.is_write(spec) && !self.allow_writes {
            true => Err(ProbeError::WritesNotAllowed),
            false => Ok(()),
        }
    }

    /// Notes that the objects of both callers are there.
    pub fn settle(&self) {
        self.settled
            .store(self.probe.last_number(), Ordering::Relaxed);
    }

    /// Returns the number of the last exchange before the checks.
    pub(super) fn settled(&self) -> u64 {
        self.settled.load(Ordering::Relaxed)
    }

    /// Returns the number of the last write that was accepted.
    pub(super) fn last_write(&self) -> u64 {
        self.last_write.load(Ordering::Relaxed)
    }
}

/// Returns true if a request must say which version of an object it is about (RFC 9110 §13.1.1, RFC 6585 §3).
fn asks_for_version(exchange: &Recorded) -> bool {
    matches!(exchange.answer.status, 412 | 428)
}
