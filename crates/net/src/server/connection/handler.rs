//! The requests of a connection.

use std::{pin::Pin, sync::Arc};

use bytes::Bytes;
use http::{Request, Response, StatusCode, Version, header::UPGRADE};
use http_body_util::Either;
use hyper::body::{Body, Incoming};
use tower::ServiceExt as _;

use crate::{
    host,
    server::{
        BoxError, Peer, RequestBody,
        activity::Activity,
        answer::{Answer, WatchedBody},
        body::{ServedBy, Unread, close},
        rejected::{self, Rejections},
    },
};

/// Gives requests to the service with the peer in their extensions.
pub(super) struct Handler<S> {
    pub(super) service: S,
    pub(super) peer: Peer,
    pub(super) rejections: Rejections,
    pub(super) headers: usize,
    pub(super) activity: Activity,
}

impl<S, B> hyper::service::Service<Request<Incoming>> for Handler<S>
where
    S: tower::Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
{
    type Response = Response<Answer<B>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let version = request.version();
        let ongoing = self.activity.request(version == Version::HTTP_2);
        let waits = Arc::clone(ongoing.waits());
        let answer = move |body| WatchedBody::new(body, ongoing);
        let rejection = self.rejection(&request);
        let (request, unread) =
            Unread::share(request, || Arc::clone(&waits), ServedBy::version(version));
        if let Some((status, reason)) = rejection {
            self.rejections.tell(status, reason);
            let response = rejected::answer(status, reason, version);
            return Box::pin(async move {
                drop(request);
                unread.read(status).await;
                Ok(response.map(|body| answer(Either::Right(body))))
            });
        }
        let response = self.service.clone().oneshot(self.with_extensions(request));
        let activity = self.activity.clone();
        Box::pin(async move {
            let mut response = response.await.map_err(Into::into)?;
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                activity.switched();
            } else if !unread.read(response.status()).await {
                close(response.headers_mut(), version);
            }
            if waits.is_refused() {
                let why = "the body of the request did not arrive in time";
                let refused = rejected::answer(StatusCode::REQUEST_TIMEOUT, why, version);
                return Ok(refused.map(|body| answer(Either::Right(body))));
            }
            Ok(response.map(|body| answer(Either::Left(body))))
        })
    }
}

impl<S> Handler<S> {
    /// Adds what the service may ask about the connection.
    fn with_extensions<B>(&self, mut request: Request<B>) -> Request<B> {
        let is_upgrade =
            request.version() == Version::HTTP_11 && request.headers().contains_key(UPGRADE);
        let extensions = request.extensions_mut();
        extensions.insert(self.peer);
        if is_upgrade {
            extensions.insert(self.activity.close_signal());
        }
        request
    }

    /// Returns the status of a request that no service sees, and why it does not.
    fn rejection(&self, request: &Request<Incoming>) -> Option<(StatusCode, &'static str)> {
        // of what arrived together nothing is served, if a part of it is malformed
        if self.activity.is_malformed() {
            return Some((StatusCode::BAD_REQUEST, rejected::MALFORMED));
        }
        if request.headers().len() > self.headers {
            // HTTP/1 refuses these while parsing; HTTP/2 only bounds their size.
            let why = "the header of the request has too many lines";
            return Some((StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, why));
        }
        let named = host::named(request.version(), request.uri(), request.headers());
        // RFC9112-3.2: a request without one valid host is answered 400
        named
            .err()
            .map(|error| (StatusCode::BAD_REQUEST, error.reason()))
    }
}
