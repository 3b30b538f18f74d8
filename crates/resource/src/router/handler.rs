//! Handlers: the router enforces their declarations, then calls them.

use std::{future::Future, pin::Pin, sync::Arc};

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts},
    handler::Handler as AxumHandler,
    response::{IntoResponse, Response},
};
use http::Request;

use super::Route;
use crate::{MissingIndex, ReadinessError, action::RouteDeclaration, declaration::Declaration};

/// A function whose first argument is a [`Declaration`], or a tuple of several; the other arguments are
/// axum's extractors. Only functions are handlers, so that each call has its proof.
#[diagnostic::on_unimplemented(
    message = "this handler has no declaration of what the caller must be allowed to do",
    label = "its first argument must be a declaration",
    note = "begin with one of `Authorized<Record, Action>`, `Listed<Record, Action>`, `Create<Record, Action>`, `Function<Action>` and `Public<Action>`",
    note = "several declarations go into one tuple: `(one, other): (Authorized<…>, Listed<…>)`",
    note = "if it does: a handler is an `async fn`, its other arguments are extractors of axum (what reads the body is the last one), and it returns what axum can answer"
)]
pub trait Handler<T, S>: Clone + Send + Sync + Sized + 'static {
    /// Returns the declarations of the first argument.
    #[doc(hidden)]
    fn declare() -> Vec<RouteDeclaration>;

    /// Tests that the database has the tables and columns of the declarations.
    #[doc(hidden)]
    fn probe(state: &S) -> impl Future<Output = Result<Vec<MissingIndex>, ReadinessError>> + Send;

    /// Enforces the declarations, reads the other arguments and calls the function.
    #[doc(hidden)]
    fn serve(
        self,
        request: Request<Body>,
        state: S,
        _: sealed::Token,
    ) -> impl Future<Output = Response> + Send;
}

macro_rules! handlers {
    ($([$($before:ident),*] $last:ident;)*) => {$(
        impl<F, Fut, Res, S, M, D, $($before,)* $last> Handler<(M, D, $($before,)* $last), S> for F
        where
            F: FnOnce(D, $($before,)* $last) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = Res> + Send,
            Res: IntoResponse,
            S: Send + Sync + 'static,
            D: Declaration<S> + Send,
            $($before: FromRequestParts<S> + Send,)*
            $last: FromRequest<S, M> + Send,
        {
            fn declare() -> Vec<RouteDeclaration> {
                D::declare()
            }

            async fn probe(state: &S) -> Result<Vec<MissingIndex>, ReadinessError> {
                D::probe(state).await
            }

            #[expect(non_snake_case, reason = "an argument is named by its type")]
            async fn serve(self, request: Request<Body>, state: S, _: sealed::Token) -> Response {
                let (mut parts, body) = request.into_parts();
                let declared = match D::authorize(&mut parts, &state).await {
                    Ok(declared) => declared,
                    Err(rejection) => return rejection.into_response(),
                };
                $(
                    let $before = match $before::from_request_parts(&mut parts, &state).await {
                        Ok(argument) => argument,
                        Err(rejection) => return rejection.into_response(),
                    };
                )*
                let request = Request::from_parts(parts, body);
                let $last = match $last::from_request(request, &state).await {
                    Ok(argument) => argument,
                    Err(rejection) => return rejection.into_response(),
                };
                self(declared, $($before,)* $last).await.into_response()
            }
        }
    )*};
}

handlers! {
    [] A1;
    [A1] A2;
    [A1, A2] A3;
    [A1, A2, A3] A4;
    [A1, A2, A3, A4] A5;
    [A1, A2, A3, A4, A5] A6;
    [A1, A2, A3, A4, A5, A6] A7;
}

impl<F, Fut, Res, S, D> Handler<((), D), S> for F
where
    F: FnOnce(D) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Res> + Send,
    Res: IntoResponse,
    S: Send + Sync + 'static,
    D: Declaration<S> + Send,
{
    fn declare() -> Vec<RouteDeclaration> {
        D::declare()
    }

    async fn probe(state: &S) -> Result<Vec<MissingIndex>, ReadinessError> {
        D::probe(state).await
    }

    async fn serve(self, request: Request<Body>, state: S, _: sealed::Token) -> Response {
        let (mut parts, _) = request.into_parts();
        match D::authorize(&mut parts, &state).await {
            Ok(declared) => self(declared).await.into_response(),
            Err(rejection) => rejection.into_response(),
        }
    }
}

type ResponseFuture = Pin<Box<dyn Future<Output = Response> + Send>>;
pub(super) type ProbeFuture =
    Pin<Box<dyn Future<Output = Result<Vec<MissingIndex>, ReadinessError>> + Send>>;

/// The handler of a route.
pub(super) struct RouteHandler<S> {
    serve: Arc<dyn Fn(Request<Body>, S) -> ResponseFuture + Send + Sync>,
    pub(super) probe: fn(S) -> ProbeFuture,
}

impl<S: Send + Sync + 'static> RouteHandler<S> {
    /// Takes a handler; debug lines name `route` and its actions.
    pub(super) fn new<H: Handler<T, S>, T: 'static>(handler: H, route: &Route) -> Self {
        let path = route.path.clone();
        let actions: Vec<_> = route.declared.iter().map(|one| one.action).collect();
        let actions = actions.join(", ");
        let serve = move |request: Request<Body>, state: S| -> ResponseFuture {
            let method = request.method().clone();
            let answering = Box::pin(handler.clone().serve(request, state, sealed::Token));
            if !tracing::enabled!(tracing::Level::DEBUG) {
                return answering;
            }
            let (path, actions) = (path.clone(), actions.clone());
            Box::pin(async move {
                let response = answering.await;
                let status = response.status().as_u16();
                tracing::debug!(%method, path, actions, status, "request");
                response
            })
        };
        Self {
            serve: Arc::new(serve),
            probe: |state| Box::pin(async move { H::probe(&state).await }),
        }
    }
}

impl<S> Clone for RouteHandler<S> {
    fn clone(&self) -> Self {
        Self {
            serve: Arc::clone(&self.serve),
            probe: self.probe,
        }
    }
}

impl<S: Send + Sync + 'static> AxumHandler<(), S> for RouteHandler<S> {
    type Future = ResponseFuture;

    fn call(self, request: Request<Body>, state: S) -> ResponseFuture {
        (self.serve)(request, state)
    }
}

mod sealed {
    /// A type that other crates cannot name, so that they cannot implement handlers.
    #[derive(Clone, Copy, Debug)]
    pub struct Token;
}
