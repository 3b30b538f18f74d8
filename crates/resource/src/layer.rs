//! Authentication in front of any tower service.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use tower::{Layer, Service};

use crate::{Caller, Rejection, ResourceServer};

/// Lets requests with a verified access token pass, and answers all others itself (RFC 6750 §3). Behind
/// it, the argument [`Caller`] of a handler of the same [`ResourceServer`] costs nothing, and
/// [`Caller::of`] finds the caller in a request's extensions.
///
/// It wraps any tower service of `http` requests, whatever its error and its bodies are. The service's
/// framework decides how a [`Rejection`] is answered:
///
/// | made by | answers |
/// |---|---|
/// | [`new`](Self::new) | a status and JSON: axum, hyper |
/// | [`grpc`](Self::grpc) | the status of a call: tonic |
/// | [`answering`](Self::answering) | the result of a function |
///
/// ```
/// # use airside_resource::ResourceServer;
/// use airside_resource::{AuthenticationLayer, Caller};
/// use axum::{Router, routing::get};
///
/// async fn whoami(caller: Caller) -> String {
///     caller.token().subject().to_owned()
/// }
///
/// let airside = ResourceServer::trusting("https://id.example.com").for_audience("https://api.example.com").build()?;
/// let router: Router = Router::new()
///     .route("/whoami", get(whoami))
///     .layer(AuthenticationLayer::new(airside.clone()))
///     .with_state(airside);
/// # Ok::<(), airside_resource::SetUpError>(())
/// ```
#[derive(Clone)]
pub struct AuthenticationLayer<A = JsonAnswer> {
    server: ResourceServer,
    answer: A,
}

/// The service that [`AuthenticationLayer`] makes of another one.
#[derive(Clone)]
pub struct Authentication<S, A = JsonAnswer> {
    server: ResourceServer,
    answer: A,
    inner: S,
}

/// Decides how a [`Rejection`] is answered with bodies of type `B`. Functions implement it.
pub trait Answer<B> {
    /// Returns the answer.
    fn answer(&self, rejection: &Rejection) -> Response<B>;
}

/// Answers as [`Rejection::answer`] does.
#[derive(Clone, Copy, Debug)]
pub struct JsonAnswer;

/// Answers as [`Rejection::grpc_answer`] does.
#[derive(Clone, Copy, Debug)]
pub struct GrpcAnswer;

impl AuthenticationLayer {
    /// Accepts the requests that `server` verifies, and answers all others with a status and JSON, in any body that can
    /// be made of a text.
    ///
    /// An API that publishes [`ResourceServer::metadata`] names it in the challenges with
    /// [`answering`](AuthenticationLayer::answering) and
    /// [`ProtectedResource::challenge`](crate::ProtectedResource::challenge).
    #[must_use]
    pub fn new(server: ResourceServer) -> Self {
        Self {
            server,
            answer: JsonAnswer,
        }
    }
}

impl AuthenticationLayer<GrpcAnswer> {
    /// Accepts the requests that `server` verifies, and answers all others as a gRPC call that fails, in any body that
    /// can be empty.
    #[must_use]
    pub fn grpc(server: ResourceServer) -> Self {
        Self {
            server,
            answer: GrpcAnswer,
        }
    }
}

impl<A> AuthenticationLayer<A> {
    /// Accepts the requests that `server` verifies, and answers all others with the result of a function of the
    /// [`Rejection`].
    ///
    /// ```
    /// # use airside_resource::{AuthenticationLayer, Rejection, ResourceServer};
    /// # let airside = ResourceServer::trusting("https://id.example.com").for_audience("https://api.example.com").build()?;
    /// let metadata = airside.metadata(); // which says where to get a token
    /// let answer = move |rejection: &Rejection| metadata.challenge(rejection.answer::<Vec<u8>>());
    /// let layer = AuthenticationLayer::answering(airside, answer);
    /// # Ok::<(), airside_resource::SetUpError>(())
    /// ```
    #[must_use]
    pub fn answering<B>(server: ResourceServer, answer: A) -> Self
    where
        A: Fn(&Rejection) -> Response<B>,
    {
        Self { server, answer }
    }
}

impl<B, F: Fn(&Rejection) -> Response<B>> Answer<B> for F {
    fn answer(&self, rejection: &Rejection) -> Response<B> {
        self(rejection)
    }
}

impl<B: From<String>> Answer<B> for JsonAnswer {
    fn answer(&self, rejection: &Rejection) -> Response<B> {
        rejection.answer()
    }
}

impl<B: Default> Answer<B> for GrpcAnswer {
    fn answer(&self, rejection: &Rejection) -> Response<B> {
        rejection.grpc_answer()
    }
}

impl<S, A: Clone> Layer<S> for AuthenticationLayer<A> {
    type Service = Authentication<S, A>;

    fn layer(&self, inner: S) -> Authentication<S, A> {
        Authentication {
            server: self.server.clone(),
            answer: self.answer.clone(),
            inner,
        }
    }
}

impl<S, A, B, R> Service<Request<B>> for Authentication<S, A>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    A: Answer<R> + Clone + Send + 'static,
    B: Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { server, answer, .. } = self.clone();
        // the one that is ready goes with the request
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match Caller::verified(&mut parts, &server).await {
                Ok(_) => inner.call(Request::from_parts(parts, body)).await,
                Err(rejection) => Ok(answer.answer(&rejection)),
            }
        })
    }
}

impl<A> fmt::Debug for AuthenticationLayer<A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("AuthenticationLayer");
        debug.field("server", &self.server).finish_non_exhaustive()
    }
}

impl<S, A> fmt::Debug for Authentication<S, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Authentication");
        debug.field("server", &self.server).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
