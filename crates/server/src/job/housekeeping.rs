//! Jobs that look after keys, status indexes, audit events, old rows and the log.

use std::{sync::Arc, time::Duration};

use super::runner::{Job, Next};
use crate::{
    admission::Priority,
    issuer::{Issuer, StartError},
};

/// Makes the keys that are due and puts the current ones into use.
pub(super) struct KeyRotation(Arc<Issuer>);

impl KeyRotation {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self(Arc::clone(issuer))
    }
}

impl Job for KeyRotation {
    const NAME: &'static str = "keys";
    /// The JWK Set changes with the clock; this is how late it may be.
    const PERIOD: Duration = Duration::from_secs(10);
    const FAILURE: &'static str = "keys could not be brought up to date";

    async fn run(&mut self) -> Result<Next, StartError> {
        self.0.refresh_keys().await?;
        Ok(Next::AfterPeriod)
    }
}

/// Leases status indexes ahead of the grants that need them.
pub(super) struct StatusIndexLease(Arc<Issuer>);

impl StatusIndexLease {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self(Arc::clone(issuer))
    }
}

impl Job for StatusIndexLease {
    const NAME: &'static str = "status indexes";
    /// There is a hint when half a block is left: this is for a lease that failed.
    const PERIOD: Duration = Duration::from_secs(10);
    const FAILURE: &'static str = "status list indexes could not be leased";

    async fn run(&mut self) -> Result<Next, StartError> {
        self.0.status_indexes.refill(self.0.store.as_ref()).await?;
        Ok(Next::AfterPeriod)
    }

    async fn hint(&self) {
        self.0.status_indexes.running_low().await;
    }
}

/// Writes the audit events of requests that commit nothing.
pub(super) struct AuditFlush(Arc<Issuer>);

impl AuditFlush {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self(Arc::clone(issuer))
    }
}

impl Job for AuditFlush {
    const NAME: &'static str = "audit";
    /// The delay of the counts of refused requests; for events there is a hint.
    const PERIOD: Duration = Duration::from_secs(10);
    const FAILURE: &'static str = "audit events could not be written; they are kept in memory";

    async fn run(&mut self) -> Result<Next, StartError> {
        let issuer = &self.0;
        let refusals = issuer.refusals.ended(issuer.now());
        refusals
            .into_iter()
            .for_each(|event| issuer.audit_buffer.note(event));
        issuer.audit_buffer.flush(issuer.store.as_ref()).await?;
        Ok(Next::AfterPeriod)
    }

    async fn hint(&self) {
        self.0.audit_buffer.due(AUDIT_DELAY).await;
    }
}

/// Deletes rows that nothing needs any more, some at a time.
pub(super) struct RowSweep(Arc<Issuer>);

impl RowSweep {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self(Arc::clone(issuer))
    }

    /// Deletes old rows; before that, puts the lifetimes that decide which are old on record.
    async fn sweep(&self) -> Result<u64, StartError> {
        let issuer = &self.0;
        let profile = issuer.profile();
        let (store, lifetimes) = (issuer.store.as_ref(), &profile.lifetimes);
        issuer
            .lifetimes
            .renew(store, lifetimes, issuer.now())
            .await?;
        Ok(store.sweep(issuer.longest().await?, SWEEP_BUDGET).await?)
    }
}

impl Job for RowSweep {
    const NAME: &'static str = "sweep";
    /// A sweep looks at 2 000 rows of a table at most: a million are looked at in an hour and a half.
    const PERIOD: Duration = Duration::from_secs(10);
    const FAILURE: &'static str = "old rows could not be deleted";

    async fn run(&mut self) -> Result<Next, StartError> {
        let rows = self.sweep().await?;
        tracing::debug!(rows, "old rows deleted");
        match rows {
            0 => Ok(Next::AfterPeriod),
            _ => Ok(Next::After(SWEEP_AGAIN)),
        }
    }
}

/// Logs one line for all requests that were refused since the last one.
pub(super) struct OverloadReport {
    issuer: Arc<Issuer>,
    reported: u64,
}

impl OverloadReport {
    pub(super) fn new(issuer: &Arc<Issuer>) -> Self {
        Self {
            issuer: Arc::clone(issuer),
            reported: 0,
        }
    }
}

impl Job for OverloadReport {
    const NAME: &'static str = "overload";
    const PERIOD: Duration = Duration::from_secs(10);
    const FAILURE: &'static str = "refused requests could not be counted";

    async fn run(&mut self) -> Result<Next, StartError> {
        let refused = |class| self.issuer.admission.refused(class);
        let total: u64 = Priority::ALL.into_iter().map(refused).sum();
        if total > self.reported {
            tracing::warn!(
                requests = total - self.reported,
                "overloaded: requests were refused with 503 and Retry-After"
            );
        }
        self.reported = total;
        Ok(Next::AfterPeriod)
    }
}

/// A crash loses an event for at most this long, and only those of requests that commit nothing.
const AUDIT_DELAY: Duration = Duration::from_secs(1);

/// A pause when more rows may be left, so that commits come between.
const SWEEP_AGAIN: Duration = Duration::from_millis(25);

/// Rows that one sweep deletes: some milliseconds of the writer.
const SWEEP_BUDGET: u32 = 100;
