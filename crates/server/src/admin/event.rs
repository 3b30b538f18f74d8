//! The audit trail.

use airside_oauth::{
    event::{Event, EventKind},
    id::{ClientId, EventId},
    time::Time,
    user::Username,
};
use airside_resource::Function;
use airside_store::EventQuery;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    AdminError,
    action::ReadEvents,
    call::{Call, Listing, Nothing, Page},
};
use crate::issuer::Issuer;

/// Which events; all conditions must hold.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Search {
    /// Only events of this kind.
    kind: Option<EventKind>,
    /// Only events about this client.
    client: Option<ClientId>,
    /// Only events about the account of this name or `sub`.
    #[schemars(length(min = 1))]
    user: Option<String>,
    /// Only events at this time or later.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_i64))]
    since: Option<i64>,
    #[serde(flatten)]
    page: Page<EventId>,
}

pub(super) async fn search(
    _: Function<ReadEvents>,
    call: Call<Nothing, Search>,
) -> Result<Listing<Event>, AdminError> {
    let (search, issuer) = (&call.query, &call.context.issuer);
    // what was noted before this request is in its answer
    issuer.trail.flush(issuer.store.as_ref()).await?;
    let unknown = |name: &str| AdminError::invalid(format!("there is no user `{name}`"));
    let user = match search.user.as_deref() {
        Some(name) => Some(user_id(issuer, name).await?.ok_or_else(|| unknown(name))?),
        None => None,
    };
    let query = EventQuery {
        kind: search.kind,
        client: search.client.clone(),
        user,
        since: search.since.map(Time::from_millis),
        // the newest is the first: what follows is older
        before: search.page.after,
        limit: search.page.limit_and_next(),
    };
    let events = issuer.store.events(&query).await?;
    Ok(call.listing(search.page.limit(), events, |event| event.id.to_string()))
}

/// By id or by name.
async fn user_id(
    issuer: &Issuer,
    name: &str,
) -> Result<Option<airside_oauth::id::UserId>, AdminError> {
    if let Ok(id) = name.parse() {
        return Ok(Some(id));
    }
    let Ok(name) = Username::parse(name) else {
        return Ok(None);
    };
    Ok(issuer.store.user(&name).await?.map(|user| user.id))
}
