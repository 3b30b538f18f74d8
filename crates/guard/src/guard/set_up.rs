//! Setting up a guard.

use std::{sync::Arc, time::Duration};

use airside_net::{Workers, tls};
use airside_resource::{ResourceServer, clock};

use super::{Guard, GuardError, SharedState};
use crate::{
    browser::BrowserMode, configuration::Configuration, cors::Cors, database::Database,
    metrics::Counters, operation::Permission, rate::Rates, upstream::Upstreams,
};

impl Guard {
    /// Sets up a guard; nothing is fetched before the first token.
    ///
    /// # Errors
    ///
    /// [`GuardError`].
    pub fn new(configuration: Configuration, shared: SharedState) -> Result<Self, GuardError> {
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
        let trust = &configuration.trust;
        let resource_server = ResourceServer::trusting(&trust.issuer).for_audience(&trust.audience);
        let mut resource_server = resource_server
            .revocations(revocations)
            .used_proofs(used_proofs);
        let reach = trust.reach();
        if reach.loopback_http {
            resource_server = resource_server.allow_loopback_http();
        }
        if let Some(path) = reach.authorities {
            resource_server = resource_server.authorities(path);
        }
        if let Some(uri) = &trust.jwks_uri {
            resource_server = resource_server.jwks_uri(uri.clone());
        }
        resource_server = match trust.keeps_keys {
            true => resource_server.keys_file(&trust.keys_file),
            false => resource_server.keys_file_of_another(&trust.keys_file),
        };
        resource_server = resource_server
            .profile(trust.profile)
            .longest_life(trust.token_lifetime)
            .max_token_bytes(trust.token_bytes);
        if let Some(pointer) = &trust.roles_claim {
            resource_server = resource_server.roles_claim(pointer);
        }
        if let Some(pointer) = &trust.machine_claim {
            resource_server = resource_server.machine_claim(pointer);
        }
        if let Some(origin) = &trust.dpop {
            resource_server = resource_server.dpop(origin.clone());
        }
        if let Some(on_loss) = trust.status_lists {
            resource_server = resource_server.status_lists(on_loss);
        }
        let tls = tls::trusting(configuration.upstream_ca.as_deref())?;
        let workers = workers.as_ref().map_or(0, Workers::count);
        let patience = Duration::from_secs(configuration.limits.upstream_seconds);
        let resource_server = resource_server.build()?;
        if let Some(feed) = &feed {
            feed.report(&resource_server);
        }
        let browser_mode = match (&configuration.browser, sessions) {
            (Some(settings), Some(sessions)) => {
                let allies = configuration.cors.as_ref().map_or(&[][..], Cors::allies);
                let browser_mode = BrowserMode::new(settings.clone(), trust, sessions, allies)?;
                Some(Arc::new(browser_mode))
            }
            _ => None,
        };
        let mut metadata = resource_server.metadata();
        metadata.scopes_supported = scopes(&configuration);
        let database = configuration.database.as_ref();
        Ok(Self {
            upstreams: Upstreams::new(&configuration.upstreams, tls, patience, workers)?,
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
