//! The state of the admin API.

use std::sync::Arc;

use airside_oauth::profile::ADMIN_API;
use airside_resource::ResourceServer;
use axum::extract::FromRef;
use serde_json::Value;

use super::contract::Contract;
use crate::{issuer::Issuer, observe::DeclaredPaths};

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

    /// Returns the paths of the operations, below the path of the issuer.
    pub(super) fn paths(&self, path: &str) -> DeclaredPaths {
        let document = self.contract.document();
        let declared = document.get("paths").and_then(Value::as_object);
        let declared = declared.into_iter().flatten();
        let below = declared.map(|(operation, _)| format!("{path}{ADMIN_API}{operation}"));
        below.collect()
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
