//! Authentication in front of any tower service.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use axum::response::{IntoResponse, Response};
use http::Request;
use tower::{Layer, Service};

use crate::{Caller, ResourceServer};

/// Lets requests with a verified access token pass, and answers all others itself (RFC 6750 §3). Behind
/// it, the argument [`Caller`] of a handler of the same [`ResourceServer`] costs nothing, and
/// [`Caller::of`] finds who calls in a request's extensions.
///
/// Whoever publishes [`ResourceServer::metadata`] names it in the challenges by
/// [`ProtectedResource::challenge`](crate::ProtectedResource::challenge).
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
#[derive(Clone, Debug)]
pub struct AuthenticationLayer {
    airside: ResourceServer,
}

/// What [`AuthenticationLayer`] makes of a service.
#[derive(Clone, Debug)]
pub struct Authentication<S> {
    airside: ResourceServer,
    inner: S,
}

impl AuthenticationLayer {
    /// Accepts what `airside` verifies.
    #[must_use]
    pub fn new(airside: ResourceServer) -> Self {
        Self { airside }
    }
}

impl<S> Layer<S> for AuthenticationLayer {
    type Service = Authentication<S>;

    fn layer(&self, inner: S) -> Authentication<S> {
        Authentication {
            airside: self.airside.clone(),
            inner,
        }
    }
}

impl<S, B> Service<Request<B>> for Authentication<S>
where
    S: Service<Request<B>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let airside = self.airside.clone();
        // the one that is ready goes with the request
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match Caller::verified(&mut parts, &airside).await {
                Ok(_) => inner.call(Request::from_parts(parts, body)).await,
                Err(rejection) => Ok(rejection.into_response()),
            }
        })
    }
}
