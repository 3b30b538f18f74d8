//! Refuses changes of an API that would take from a client what it is registered for.

use airside_oauth::{
    client::{Client, stored::StoredClient},
    id::ClientId,
    profile::{IssuerProfile, Resource},
};
use airside_store::Unavailable;
use futures_util::StreamExt;

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
    let scopes = old.scopes.iter().map(ToString::to_string);
    let mut lost: Vec<_> = scopes.filter(|name| !after.knows_scope(name)).collect();
    lost.extend(new.is_none().then(|| old.identifier.clone()));
    let stranded = stranded(issuer, &lost, |client| {
        let lost = |name: &str| before.knows_scope(name) && !after.knows_scope(name);
        let gone = |api: &String| before.resource(api).is_some() && after.resource(api).is_none();
        client.scope.iter().any(lost) || apis_of(client).any(gone)
    });
    let stranded = stranded.await?;
    if stranded.is_empty() {
        return Ok(());
    }
    Err(AdminError::conflict(format!(
        "clients are registered for what would be gone of `{}`: take it from {} first",
        old.identifier,
        in_words(&stranded)
    )))
}

/// Finds the clients that `is_stranded` says so of. Only those whose text has one of the `lost` names are
/// read.
async fn stranded(
    issuer: &Issuer,
    lost: &[String],
    is_stranded: impl Fn(&Client) -> bool,
) -> Result<Vec<ClientId>, Unavailable> {
    let mut stranded = Vec::new();
    if lost.is_empty() {
        return Ok(stranded);
    }
    let has_one = |client: &&StoredClient| {
        let mut lost = lost.iter();
        lost.any(|name| client.metadata.contains(name.as_str()))
    };
    let mut all = issuer.store.every_client();
    while let Some(some) = all.next().await {
        for stored in some?.iter().filter(has_one) {
            let client = stored.client().map_err(Unavailable::new)?;
            stranded.extend(is_stranded(&client).then_some(client.client_id));
        }
    }
    Ok(stranded)
}

/// Names the first of these clients, and says how many more there are.
fn in_words(clients: &[ClientId]) -> String {
    let shown = clients.iter().take(MAX_SHOWN).map(|id| format!("`{id}`"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match clients.len().saturating_sub(MAX_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

const MAX_SHOWN: usize = 20;

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
