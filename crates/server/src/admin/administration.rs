//! The state of the admin API.

use std::sync::Arc;

use airside_resource::ResourceServer;
use axum::extract::FromRef;

use super::contract::Contract;
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
    /// The document, and the schemas by which requests are read.
    pub(super) contract: Arc<Contract>,
}

impl Administration {
    /// Returns the contract.
    pub(super) fn contract(&self) -> Arc<Contract> {
        Arc::clone(&self.contract)
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
