//! Files of a server that are for its owner alone.

use airside_net::private::{ExposedError, require_mounted, require_private, require_secret};
use airside_server::settings::Mode;

use crate::config::{Config, EncryptionKey};

/// Requires that other accounts of the machine have no rights on the data directory and on the
/// key-encryption key, and off development mode that they can read no private key and change no secret.
///
/// # Errors
///
/// [`ExposedError`] names the path and the command that takes the rights away.
pub fn require(config: &Config) -> Result<(), ExposedError> {
    require_private(&config.data)?;
    match &config.encryption_key {
        EncryptionKey::Generated(path) | EncryptionKey::File(path) => require_private(path)?,
        EncryptionKey::Given(_) => {}
    }
    if config.settings.mode == Mode::Development {
        return Ok(());
    }
    if let Some(files) = &config.tls {
        require_secret(&files.private_key)?;
    }
    (config.secret_files.iter()).try_for_each(|path| require_mounted(path))
}
