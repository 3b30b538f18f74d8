//! Reads the caller of a request: as an extractor, and once for all arguments and layers.

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use http::{Extensions, request::Parts};

use super::Caller;
use crate::{Rejection, ResourceServer};

/// The callers of a request, each with the resource server that verified it.
#[derive(Clone, Default)]
struct VerifiedCallers(Vec<VerifiedCaller>);

#[derive(Clone)]
struct VerifiedCaller {
    verified_by: ResourceServer,
    caller: Caller,
}

impl Caller {
    /// Returns the caller of a request that `server` has verified, as an
    /// [`AuthenticationLayer`](crate::AuthenticationLayer) does; `None` if it has not.
    #[must_use]
    pub fn of<'a>(extensions: &'a Extensions, server: &ResourceServer) -> Option<&'a Self> {
        let VerifiedCallers(callers) = extensions.get()?;
        let mut callers = callers.iter();
        let found = callers.find(|one| one.verified_by.is_same(server))?;
        Some(&found.caller)
    }

    /// Verifies a request, unless `server` has verified it already.
    pub(crate) async fn verified(
        parts: &mut Parts,
        server: &ResourceServer,
    ) -> Result<Self, Rejection> {
        if let Some(caller) = Self::of(&parts.extensions, server) {
            return Ok(caller.clone());
        }
        let caller = server.verify(parts).await?;
        server.dangerous_adopt(&mut parts.extensions, caller.clone());
        Ok(caller)
    }
}

impl ResourceServer {
    /// Takes a caller that another resource server verified for one of its own: for a layer with checks of
    /// its own around a router whose resource server has no keys. What the other one accepts, this one
    /// accepts then.
    pub fn dangerous_adopt(&self, extensions: &mut Extensions, caller: Caller) {
        let VerifiedCallers(callers) = extensions.get_or_insert_default();
        callers.push(VerifiedCaller {
            verified_by: self.clone(),
            caller,
        });
    }
}

/// `Option<Caller>` is `None` for a request without a token. A token that is not valid is refused, so that
/// an expired one is not taken for a visitor without a token.
impl<S> OptionalFromRequestParts<S> for Caller
where
    S: Send + Sync,
    ResourceServer: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        match Self::verified(parts, &ResourceServer::from_ref(state)).await {
            Ok(caller) => Ok(Some(caller)),
            Err(Rejection::NoToken) => Ok(None),
            Err(rejection) => Err(rejection),
        }
    }
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    ResourceServer: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        Self::verified(parts, &ResourceServer::from_ref(state)).await
    }
}
