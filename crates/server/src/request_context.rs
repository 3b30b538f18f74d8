//! One request: the issuer that serves it, where it came from and what it is called.

use std::{convert::Infallible, sync::Arc};

use airside_oauth::{
    id::EventId,
    key::entropy::Entropy,
    state::event::{Event, EventKind, Origin},
    time::Time,
};
use axum::extract::{FromRef, FromRequestParts};
use http::{Extensions, request::Parts};

use crate::issuer::Issuer;

/// The issuer, and the request that it answers.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The issuer that serves the request.
    pub issuer: Arc<Issuer>,
    /// The caller's address and the request's trace id.
    pub origin: Origin,
}

impl RequestContext {
    /// Returns the context of a request with these extensions.
    pub fn of(extensions: &Extensions, issuer: Arc<Issuer>) -> Self {
        Self {
            issuer,
            origin: extensions.get::<Origin>().cloned().unwrap_or_default(),
        }
    }

    /// Returns the current time.
    pub fn now(&self) -> Time {
        self.issuer.now()
    }

    /// Draws the randomness of one decision.
    pub fn draw(&self) -> Entropy {
        self.issuer.draw()
    }

    /// Returns the absolute address of one of the issuer's paths.
    pub fn address(&self, path: &str) -> String {
        self.issuer.profile().endpoint(path)
    }

    /// Makes an audit event of this request, without a user or client yet.
    pub fn event(&self, kind: EventKind) -> Event {
        let now = self.now();
        Event {
            id: EventId::new(now, &self.draw()),
            at: now,
            kind,
            client: None,
            user: None,
            grant: None,
            origin: self.origin.clone(),
            detail: String::new(),
        }
    }
}

impl<S> FromRequestParts<S> for RequestContext
where
    Arc<Issuer>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions, Arc::from_ref(state)))
    }
}
