//! Work that no request waits for: each job is a task of its own with a period of its own, so that a
//! slow one delays none of the others.
//!
//! [`runner`] runs and supervises them all; [`node`] keeps this node up to date with the store and
//! with the other nodes, [`backchannel`] sends logout tokens, [`housekeeping`] looks after keys, old rows, audit events and the log.

mod backchannel;
mod housekeeping;
mod node;
mod runner;

use std::sync::Arc;

use airside_net::Drain;
use tokio::time::timeout;

use self::{
    backchannel::LogoutDelivery,
    housekeeping::{AuditFlush, KeyRotation, OverloadReport, RowSweep, StatusIndexLease},
    node::{FeedWatch, NodeChanges, PrecisNames, SubscriberExchange},
    runner::Jobs,
};
use crate::{issuer::Issuer, respond::chain};

/// Runs the jobs of one issuer until `drain` starts, and waits for those that are running then, each
/// for the time that the drain leaves to requests.
pub async fn run(issuer: Arc<Issuer>, drain: Drain) {
    let mut jobs = Jobs::new(drain);
    jobs.start(FeedWatch::new(&issuer));
    jobs.start(NodeChanges::new(&issuer));
    jobs.start(SubscriberExchange::new(&issuer));
    jobs.start(PrecisNames::new(&issuer));
    jobs.start(StatusIndexLease::new(&issuer));
    jobs.start(LogoutDelivery::new(&issuer));
    jobs.start(KeyRotation::new(&issuer));
    jobs.start(AuditFlush::new(&issuer));
    jobs.start(RowSweep::new(&issuer));
    jobs.start(OverloadReport::new(&issuer));
    jobs.ended().await;
}

/// Writes the audit events of the last requests, once none is left; gives up after the time that the
/// drain leaves to requests.
pub async fn flush_audit_events(issuer: &Issuer, drain: &Drain) {
    let refusals = issuer.refusals.rest();
    refusals
        .into_iter()
        .for_each(|event| issuer.audit_buffer.note(event));
    let flushed = issuer.audit_buffer.flush(issuer.store.as_ref());
    let cause = match timeout(drain.grace(), flushed).await {
        Ok(Ok(())) => return,
        Ok(Err(cause)) => chain(&cause),
        Err(_) => "the store did not answer".to_owned(),
    };
    tracing::error!(error = cause, "the last audit events could not be written");
}

#[cfg(test)]
mod tests;
