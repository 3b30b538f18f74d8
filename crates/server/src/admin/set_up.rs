//! Sets the admin API of one issuer up.

use std::sync::Arc;

use airside_jose::KeySet;
use airside_oauth::profile::ADMIN_API;
use airside_resource::{BuildError, OpenApiError, ResourceServer, SetUpError};
use serde_json::Value;

use super::{
    administration::{Administration, LazyContract},
    document::contract,
    table::Table,
};
use crate::issuer::Issuer;

/// The reason why the admin API cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("the admin API cannot be set up")]
pub enum AdminSetUpError {
    /// There is no randomness.
    Verifier(#[from] SetUpError),
    /// Two routes contradict each other.
    Routes(#[from] BuildError),
    /// The document has what no route answers.
    Document(#[from] OpenApiError),
}

/// Makes the API that is `<issuer>/api/admin/v1`, with the operations of a table.
///
/// # Errors
///
/// [`SetUpError`] if there is no randomness.
pub(super) fn administration(
    issuer: &Arc<Issuer>,
    table: fn() -> Table,
) -> Result<Administration, SetUpError> {
    let profile = issuer.profile();
    let (keys, clock) = (Arc::clone(issuer), Arc::clone(issuer));
    let airside = ResourceServer::trusting(&profile.issuer)
        .for_audience(profile.admin_api())
        .keys_from(move || Arc::clone(&keys.keys().public))
        .clock(Arc::new(move || clock.now().as_seconds()))
        .token_cache_bytes(TOKEN_CACHE_BYTES)
        .build()?;
    let routes = ResourceServer::trusting(&profile.issuer)
        .for_audience(profile.admin_api())
        .keys(KeySet::default())
        .build()?;
    let (name, server) = (profile.issuer.clone(), routes.clone());
    Ok(Administration {
        issuer: Arc::clone(issuer),
        airside,
        routes,
        contract: LazyContract::made_by(move || contract(table(), &name, &server).map(Arc::new)),
    })
}

/// Returns the OpenAPI document of the API of `issuer`.
///
/// # Errors
///
/// [`AdminSetUpError`] if there is no randomness, or the table has what no route answers.
pub(super) fn document(issuer: &str, table: Table) -> Result<Value, AdminSetUpError> {
    let server = ResourceServer::trusting(issuer)
        .for_audience(format!("{issuer}{ADMIN_API}"))
        .keys(KeySet::default())
        .build()?;
    let contract = contract(table, issuer, &server)?;
    Ok(contract.document().clone())
}

/// The path of the OpenAPI document.
pub(super) const DOCUMENT: &str = "/openapi.json";

/// Administrators are few.
const TOKEN_CACHE_BYTES: usize = 256 * 1024;
