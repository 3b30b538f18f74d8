//! The accept loop of a listener.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Body;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    BoxError, Limits, RequestBody,
    address_slot::Addresses,
    connection::Connection,
    listener::{Listener, Stream},
    log_throttle::LogThrottle,
    open::OpenConnections,
    rejected::OnRejected,
};
use crate::{Drain, Workers};

pub(super) struct Shared {
    pub(super) permits: Arc<Semaphore>,
    pub(super) addresses: Addresses,
    pub(super) open: OpenConnections,
    pub(super) limits: Limits,
    pub(super) workers: Option<Workers>,
    pub(super) on_rejected: OnRejected,
}

pub(super) async fn accept_loop<S, B>(
    listener: Listener,
    service: S,
    shared: Arc<Shared>,
    drain: Drain,
) where
    S: tower::Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    let mut connections = JoinSet::new();
    let mut complaint = LogThrottle::default();
    while let Some(stream) =
        next(&listener, &shared, &drain, &mut connections, &mut complaint).await
    {
        // before there is room for it: a client with too many connections takes no other client's
        let Some(address_slot) = stream.enter(&shared.addresses) else {
            tracing::debug!("a connection is refused: its address has too many");
            continue;
        };
        let permit = tokio::select! {
            biased;
            () = drain.started() => break,
            permit = shared.permit() => permit,
        };
        let connection = Connection {
            service: service.clone(),
            limits: shared.limits,
            drain: drain.clone(),
            addresses: shared.addresses.clone(),
            member: shared.open.enter(shared.limits),
            permit,
            on_rejected: shared.on_rejected.clone(),
            address_slot,
        };
        let run = connection.run(stream);
        match shared.workers.as_ref().and_then(Workers::next) {
            Some(worker) => connections.spawn_on(run, worker),
            None => connections.spawn(run),
        };
    }
    drop(listener);
    finish(connections, drain.grace()).await;
}

/// Waits for the end of the connections, and cuts those that are open after the grace time.
async fn finish(mut connections: JoinSet<()>, grace: Duration) {
    let finished = async { while connections.join_next().await.is_some() {} };
    if timeout(grace, finished).await.is_err() {
        tracing::warn!(
            open = connections.len(),
            "connections are cut at the end of the grace time"
        );
    }
    connections.shutdown().await;
}

/// Waits for the next connection; `None` once the drain has started.
async fn next(
    listener: &Listener,
    shared: &Shared,
    drain: &Drain,
    connections: &mut JoinSet<()>,
    complaint: &mut LogThrottle,
) -> Option<Stream> {
    loop {
        let accepted = tokio::select! {
            biased;
            () = drain.started() => return None,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(stream) => return Some(stream),
            Err(error) => {
                // out of descriptors, mostly
                if complaint.is_due() {
                    tracing::warn!(%error, "connections cannot be accepted");
                }
                shared.open.make_room();
                sleep(PATIENCE).await;
            }
        }
    }
}

impl Shared {
    /// Takes a permit: at the limit, that of a connection that only waits.
    ///
    /// Meanwhile peers wait in the kernel's queue, all but one for each listener.
    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Some(permit);
        }
        loop {
            self.open.make_room();
            let freed = Arc::clone(&self.permits).acquire_owned();
            if let Ok(permit) = timeout(PATIENCE, freed).await {
                return permit.ok();
            }
        }
    }
}

/// The time that making room may take before more is made.
const PATIENCE: Duration = Duration::from_millis(20);
