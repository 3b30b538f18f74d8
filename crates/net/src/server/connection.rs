//! One connection: handshake, requests, orderly end.

mod handler;

use std::{pin::pin, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::Body;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    sync::{OwnedSemaphorePermit, oneshot},
    time::{Instant, sleep_until, timeout},
};

use self::handler::Handler;
use super::{
    BoxError, CloseReason, Limits, Peer, RequestBody,
    activity::{Activity, RECHECK},
    address_slot::{AddressSlot, Addresses},
    close_signal::LEAVING_TIME,
    listener::Stream,
    open::Member,
    rejected::{OnRejected, Rejections},
    upgrade::{ConnectionSlot, UpgradedConnection},
    watched_io::WatchedIo,
};
use crate::Drain;

/// The parts that one connection needs.
pub(super) struct Connection<S> {
    pub(super) service: S,
    pub(super) limits: Limits,
    pub(super) drain: Drain,
    pub(super) addresses: Addresses,
    pub(super) member: Member,
    pub(super) permit: Option<OwnedSemaphorePermit>,
    pub(super) on_rejected: OnRejected,
    pub(super) address_slot: AddressSlot,
}

impl<S, B> Connection<S>
where
    S: tower::Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    pub(super) async fn run(self, stream: Stream) {
        let tls = stream.is_tls();
        let mut member = self.member;
        let opened = tokio::select! {
            opened = timeout(self.limits.handshake_timeout, stream.open(&self.addresses)) => opened,
            _ = &mut member.leave => return,
        };
        let opened = match opened.map_err(Into::into).flatten() {
            Ok(opened) => opened,
            Err(error) => {
                tracing::debug!(%error, "a connection does not begin");
                return;
            }
        };
        let activity = member.activity;
        activity.agreed(opened.protocol);
        let peer = Peer {
            address: opened.address,
            tls,
        };
        let rejections = Rejections::new(peer, self.on_rejected);
        let handler = Handler {
            service: self.service,
            peer,
            rejections: rejections.clone(),
            headers: self.limits.headers,
            activity: activity.clone(),
        };
        let (on_end, ended) = oneshot::channel();
        let slot = ConnectionSlot {
            _registration: member.registration,
            _permit: self.permit,
            _address_slots: [self.address_slot, opened.address_slot],
            _ended: on_end,
        };
        let io = WatchedIo::new(opened.io, activity.clone(), rejections, slot);
        let watched = Watched {
            activity: &activity,
            drain: &self.drain,
            leave: &mut member.leave,
        };
        let asked = watched.serve(io, handler, builder(&self.limits)).await;
        if activity.is_upgraded() {
            let upgraded = UpgradedConnection {
                activity,
                drain: self.drain,
                ended,
                leave: member.leave,
            };
            upgraded.run(asked).await;
        }
    }
}

/// A connection that speaks HTTP.
struct Watched<'a> {
    activity: &'a Activity,
    drain: &'a Drain,
    leave: &'a mut oneshot::Receiver<()>,
}

impl Watched<'_> {
    /// Serves requests until the connection ends, or speaks another protocol; whether and why it was
    /// asked to close meanwhile.
    async fn serve<S, B>(
        self,
        io: WatchedIo,
        handler: Handler<S>,
        builder: auto::Builder<TokioExecutor>,
    ) -> Option<CloseReason>
    where
        S: tower::Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        let Self {
            activity,
            drain,
            leave,
        } = self;
        let io = TokioIo::new(io);
        let mut connection = pin!(builder.serve_connection_with_upgrades(io, handler));
        let mut asked = None;
        // until when the goodbye may take, once it is said
        let mut closing: Option<Instant> = None;
        let deadline = |closing| match (closing, activity.idle_since()) {
            // a request that has begun by then is served, and its answer sent
            (Some(until), Some(since)) => Some(Instant::max(until, since + LEAVING_TIME)),
            _ => activity.deadline(),
        };
        loop {
            let look = deadline(closing).unwrap_or_else(|| Instant::now() + RECHECK);
            tokio::select! {
                biased;
                result = connection.as_mut() => {
                    if let Err(error) = result {
                        tracing::debug!(%error, "a connection ended with an error");
                    }
                    return asked;
                }
                () = drain.started(), if closing.is_none() => {
                    asked = Some(CloseReason::Drain);
                    closing = Some(Instant::now() + CLOSING_TIME);
                }
                _ = &mut *leave, if closing.is_none() => {
                    if activity.is_held() {
                        return None;
                    }
                    asked = Some(CloseReason::MakeRoom);
                    closing = Some(Instant::now() + LEAVING_TIME);
                }
                () = sleep_until(look) => {
                    // again: what had arrived has begun meanwhile
                    if deadline(closing).is_none_or(|deadline| deadline > Instant::now()) {
                        continue;
                    }
                    if closing.is_some() || activity.idle_since().is_none() {
                        return None;
                    }
                    closing = Some(Instant::now() + CLOSING_TIME);
                }
            }
            connection.as_mut().graceful_shutdown();
        }
    }
}

fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_headers(limits.headers)
        .max_buf_size(limits.header_size_bytes.max(SMALLEST_BUFFER_BYTES));
    let header_list_bytes = u32::try_from(limits.header_size_bytes).unwrap_or(u32::MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(header_list_bytes)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_local_error_reset_streams(LOCAL_RESETS)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT);
    builder
}

/// The time that a connection that must close may take to say so.
const CLOSING_TIME: Duration = Duration::from_secs(1);
/// hyper panics below it.
const SMALLEST_BUFFER_BYTES: usize = 8192;
const PENDING_RESETS: usize = 20;
const LOCAL_RESETS: usize = 128;
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(10);
