//! The state of the admin API.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use airside_resource::{OpenApiError, ResourceServer};
use axum::extract::FromRef;

use super::{AdminError, contract::Contract};
use crate::issuer::Issuer;

/// The admin API: the issuer that it administers, and its view of that issuer's tokens.
#[derive(Clone, Debug)]
pub struct Administration {
    pub(super) issuer: Arc<Issuer>,
    /// Verifies tokens, in [`super::authentication`] only.
    pub(super) airside: ResourceServer,
    /// Enforces the rules of the routes. It has no keys: a token that was not verified before is worth
    /// nothing there.
    pub(super) routes: ResourceServer,
    pub(super) contract: LazyContract,
}

/// The document, and the schemas by which requests are read, which are made when the first request needs
/// them: that takes some milliseconds, and a server that nobody administers is ready without.
#[derive(Clone)]
pub(super) struct LazyContract(Arc<LazyLock<MadeContract, MakeContract>>);

type MadeContract = Result<Arc<Contract>, OpenApiError>;

type MakeContract = Box<dyn FnOnce() -> MadeContract + Send>;

impl Administration {
    /// Returns the contract.
    ///
    /// # Errors
    ///
    /// [`AdminError`] if the table of operations has what no route answers.
    pub(super) fn contract(&self) -> Result<Arc<Contract>, AdminError> {
        let made = LazyLock::force(&self.contract.0).as_ref();
        made.cloned()
            .map_err(|error| AdminError::broken(error.to_string()))
    }

    /// Returns the issuer.
    pub(super) fn issuer(&self) -> Arc<Issuer> {
        Arc::clone(&self.issuer)
    }
}

impl FromRef<Administration> for ResourceServer {
    fn from_ref(administration: &Administration) -> Self {
        administration.routes.clone()
    }
}

impl LazyContract {
    /// Makes the contract later.
    pub(super) fn made_by(make: impl FnOnce() -> MadeContract + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }
}

impl fmt::Debug for LazyContract {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LazyContract")
            .finish_non_exhaustive()
    }
}
