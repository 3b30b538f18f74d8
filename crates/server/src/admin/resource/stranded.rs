//! Refuses changes of an API that would take from a client what it is registered for.

use airside_oauth::{
    client::Client,
    profile::{IssuerProfile, Resource},
};

use crate::{admin::AdminError, issuer::Issuer};

/// Requires that no client is left with a scope or an API that does not exist: its registration could
/// not be edited any more, and an API that is added later would find clients that nobody gave it.
pub(super) async fn strand_nobody(
    issuer: &Issuer,
    old: &Resource,
    new: Option<&Resource>,
) -> Result<(), AdminError> {
    let before = issuer.profile();
    let after = with_another(&before, old, new);
    let clients = issuer.store.clients().await?;
    let stranded = clients.iter().filter(|client| {
        let lost = |name: &str| before.knows_scope(name) && !after.knows_scope(name);
        let gone = |api: &String| before.resource(api).is_some() && after.resource(api).is_none();
        let mut apis = apis_of(client);
        client.scope.iter().any(lost) || apis.any(gone)
    });
    let stranded: Vec<_> = stranded
        .map(|client| format!("`{}`", client.client_id))
        .collect();
    if stranded.is_empty() {
        return Ok(());
    }
    Err(AdminError::conflict(format!(
        "clients are registered for what would be gone of `{}`: take it from {} first",
        old.identifier,
        stranded.join(", ")
    )))
}

/// Returns the profile with `new` instead of `old`.
fn with_another(before: &IssuerProfile, old: &Resource, new: Option<&Resource>) -> IssuerProfile {
    let others = before.resources.iter();
    let others = others.filter(|resource| resource.identifier != old.identifier);
    IssuerProfile {
        issuer: before.issuer.clone(),
        lifetimes: before.lifetimes,
        resources: others.chain(new).cloned().collect(),
        scopes: before.scopes.clone(),
    }
}

fn apis_of(client: &Client) -> impl Iterator<Item = &String> {
    let settings = &client.settings;
    settings
        .resources
        .iter()
        .chain(&settings.resource_server_for)
}
