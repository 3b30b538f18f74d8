//! The certificate of the server.

use airside_net::Tls;
use airside_server::respond::chain;

use crate::{config::Config, exit::CommandError};

/// Loads the certificate of the configuration, if it has one.
pub fn load_tls(config: &Config) -> Result<Option<Tls>, CommandError> {
    let Some(files) = &config.tls else {
        return Ok(None);
    };
    let tls = Tls::load(&files.certificate, &files.private_key);
    tls.map(Some)
        .map_err(|error| CommandError::usage(chain(&error)))
}
