//! The state that survives a configuration reload, set up.

use std::sync::Arc;

use airside_resource::{Feed, FeedOptions, Revocations, SetUpError, UsedProofs};

use crate::{
    Configuration, GuardError, browser::Sessions, guard::SharedState, metrics::Metrics,
    rate::RateMemory, via::Via,
};

/// Returns the initial shared state of a guard.
pub(super) fn shared(configuration: &Configuration) -> Result<SharedState, GuardError> {
    let revocations = Revocations::new();
    let feed = feed(configuration, &revocations)?;
    let sessions = match &configuration.browser {
        Some(settings) => Some(Sessions::open(settings.sessions_file.as_deref())?),
        None => None,
    };
    Ok(SharedState {
        observed: Arc::default(),
        revocations,
        feed,
        sessions,
        workers: None,
        used_proofs: UsedProofs::default(),
        rates: RateMemory::default(),
        via: Via::draw().map_err(|_| SetUpError::NoRandomness)?,
        dropped_headers: Arc::default(),
        metrics: Arc::new(Metrics::draw().map_err(|_| SetUpError::NoRandomness)?),
    })
}

fn feed(
    configuration: &Configuration,
    revocations: &Revocations,
) -> Result<Option<Feed>, GuardError> {
    let Some(feed) = &configuration.feed else {
        return Ok(None);
    };
    Ok(Some(Feed::new(
        options(configuration, feed)?,
        revocations.clone(),
    )?))
}

fn options(
    configuration: &Configuration,
    feed: &crate::configuration::FeedSettings,
) -> Result<FeedOptions, SetUpError> {
    let issuer = &configuration.trust.issuer;
    let endpoint = format!("{issuer}/revocations").parse();
    Ok(FeedOptions {
        endpoint: endpoint.map_err(|_| SetUpError::Credentials)?,
        client_id: feed.client_id.clone(),
        client_secret: feed.client_secret.clone(),
        connection: configuration.trust.reach(),
    })
}
