//! SIGHUP: a running server reads its configuration again.

use std::sync::Arc;

use airside_net::{CertificatePair, Drain, Tls};
use airside_oauth::client::ClientOrigin;
use airside_server::{Issuer, issuer::ReloadReport, respond::chain, settings::ReloadableSettings};
use tokio::signal::unix::Signal;

use crate::{
    args::Global,
    command::configuration,
    config::{Config, Flags},
    exit::CommandError,
    log, private,
};

/// A server that reads its configuration again.
pub(super) struct Reload {
    /// The flags that name the configuration.
    pub(super) global: Global,
    /// The flags that beat it.
    pub(super) flags: Flags,
    /// The configuration that the server was started with; `file` is that of the last one.
    pub(super) config: Config,
    /// The issuer.
    pub(super) issuer: Arc<Issuer>,
    /// The certificate, if the server speaks https.
    pub(super) tls: Option<Tls>,
}

impl Reload {
    /// Reads the configuration again at each signal, until the server stops; a bad one changes nothing.
    pub(super) async fn on_signal(mut self, mut hangup: Signal, drain: Drain) {
        loop {
            tokio::select! {
                () = drain.started() => return,
                heard = hangup.recv() => if heard.is_none() { return },
            }
            match self.run().await {
                Ok(reloaded) => tracing::info!(
                    clients_created = reloaded.clients.created,
                    clients_changed = reloaded.clients.changed,
                    clients_disabled = reloaded.clients.disabled,
                    clients_enabled = reloaded.clients.enabled,
                    "the configuration was read again"
                ),
                Err(failure) => tracing::error!(
                    error = failure.to_string(),
                    "the new configuration is not used"
                ),
            }
        }
    }

    /// Checks everything before the first change.
    async fn run(&mut self) -> Result<ReloadReport, CommandError> {
        let stored = self.issuer.apis().into_iter();
        let stored = stored.filter(|api| api.origin == ClientOrigin::Administration);
        let stored = stored.map(|api| api.resource).collect();
        let (global, flags) = (&self.global, self.flags.clone());
        let new = configuration::reload(global, flags, &self.config, stored)?;
        private::require(&new)?;
        let pair = self.certificate(&new)?;
        let settings = ReloadableSettings::from(new.settings.clone());
        let reloaded = self.issuer.reload(settings).await;
        let reloaded = reloaded.map_err(|error| CommandError::failed(chain(&error)))?;
        log::set_level(&new.log);
        if let (Some(tls), Some(pair)) = (&self.tls, pair) {
            tls.replace(pair);
        }
        warn(&new);
        self.config.file = new.file;
        Ok(reloaded)
    }

    fn certificate(&self, new: &Config) -> Result<Option<CertificatePair>, CommandError> {
        let (Some(files), Some(_)) = (&new.tls, &self.tls) else {
            return Ok(None);
        };
        let pair = CertificatePair::read(&files.certificate, &files.private_key);
        pair.map(Some)
            .map_err(|error| CommandError::usage(chain(&error)))
    }
}

fn warn(new: &Config) {
    for warning in &new.warnings {
        tracing::warn!("{warning}");
    }
    if !new.restart.is_empty() {
        tracing::warn!(
            keys = new.restart.join(", "),
            "changes of these keys are not in force until a restart"
        );
    }
}
