//! Setting up a guard.

use std::{sync::Arc, time::Duration};

use airside_net::{Workers, tls};
use airside_resource::{Builder, ResourceServer, Revocations, SetUpError, UsedProofs, clock};

use super::{Guard, GuardError, SharedState};
use crate::{
    browser::{BrowserMode, Sessions},
    configuration::Configuration,
    cors::Cors,
    database::Database,
    large_body::LargeBodies,
    metrics::Counters,
    operation::Permission,
    rate::Rates,
    trust::Trust,
    upstream::Upstreams,
};

impl Guard {
    /// Sets up a guard; nothing is fetched before the first token.
    ///
    /// # Errors
    ///
    /// [`GuardError`].
    pub(crate) fn new(
        configuration: Configuration,
        shared: SharedState,
    ) -> Result<Self, GuardError> {
        // each by its name: what is not handed on is an unused variable
        let SharedState {
            observed,
            revocations,
            feed,
            sessions,
            workers,
            used_proofs,
            rates,
            via,
            dropped_headers,
            metrics,
        } = shared;
        let resource_server = resource_server(&configuration.trust, revocations, used_proofs)?;
        if let Some(feed) = &feed {
            feed.report_keys(&resource_server);
        }
        let upstreams = upstreams(&configuration, workers.as_ref())?;
        let browser_mode = browser_mode(&configuration, sessions)?;
        let mut metadata = resource_server.metadata();
        metadata.scopes_supported = scopes(&configuration);
        let database = configuration.database.as_ref();
        Ok(Self {
            upstreams,
            large_bodies: LargeBodies::new(),
            database: database.map(Database::new).transpose()?,
            resource_server,
            metadata_path: metadata.url().map(|url| url.path().to_owned()),
            metadata,
            rates: Rates::new(&configuration.rate_limits, &rates),
            via,
            dropped_headers,
            counters: Counters::new(metrics, &configuration.operations),
            configuration,
            observed,
            feed,
            browser_mode,
            clock: clock::system(),
        })
    }
}

/// Returns the verifier of tokens.
fn resource_server(
    trust: &Trust,
    revocations: Revocations,
    used_proofs: UsedProofs,
) -> Result<ResourceServer, SetUpError> {
    let server = ResourceServer::trusting(&trust.issuer).for_audience(&trust.audience);
    let server = with_issuer(
        server.revocations(revocations).used_proofs(used_proofs),
        trust,
    );
    let server = server
        .profile(trust.profile)
        .longest_life(trust.token_lifetime)
        .max_token_bytes(trust.token_bytes);
    with_claims(server, trust).build()
}

/// Adds what only some configurations say about tokens.
fn with_claims(mut server: Builder, trust: &Trust) -> Builder {
    if let Some(pointer) = &trust.roles_claim {
        server = server.roles_claim(pointer);
    }
    if let Some(pointer) = &trust.machine_claim {
        server = server.machine_claim(pointer);
    }
    if let Some(origin) = &trust.dpop {
        server = server.dpop(origin.clone());
    }
    if let Some(on_loss) = trust.status_lists {
        server = server.status_lists(on_loss);
    }
    server
}

/// Adds the way to the issuer and its keys.
fn with_issuer(mut server: Builder, trust: &Trust) -> Builder {
    let connection = trust.reach();
    if connection.loopback_http {
        server = server.allow_loopback_http();
    }
    if let Some(path) = connection.authorities {
        server = server.authorities(path);
    }
    if let Some(uri) = &trust.jwks_uri {
        server = server.jwks_uri(uri.clone());
    }
    match trust.keeps_keys {
        true => server.keys_file(&trust.keys_file),
        false => server.keys_file_of_another(&trust.keys_file),
    }
}

/// Returns the clients for the upstreams.
fn upstreams(
    configuration: &Configuration,
    workers: Option<&Workers>,
) -> Result<Upstreams, GuardError> {
    let tls = tls::trusting(configuration.upstream_ca.as_deref())?;
    let workers = workers.map_or(0, Workers::count);
    let patience = Duration::from_secs(configuration.limits.upstream_seconds);
    Ok(Upstreams::new(
        &configuration.upstreams,
        tls,
        patience,
        workers,
    )?)
}

/// Returns the browser mode, if it is configured.
fn browser_mode(
    configuration: &Configuration,
    sessions: Option<Sessions>,
) -> Result<Option<Arc<BrowserMode>>, SetUpError> {
    let (Some(settings), Some(sessions)) = (&configuration.browser, sessions) else {
        return Ok(None);
    };
    let allies = configuration.cors.as_ref().map_or(&[][..], Cors::allies);
    let mode = BrowserMode::new(settings.clone(), &configuration.trust, sessions, allies)?;
    Ok(Some(Arc::new(mode)))
}

/// Returns the scopes that rules require, sorted.
pub(crate) fn scopes(configuration: &Configuration) -> Vec<String> {
    let rules = configuration.operations.iter();
    let rules = rules.filter_map(|one| match &one.permission {
        Permission::Rule(rule) => Some(rule),
        _ => None,
    });
    let scopes: std::collections::BTreeSet<_> = rules
        .flat_map(|rule| rule.need.scopes().map(str::to_owned))
        .collect();
    scopes.into_iter().collect()
}
