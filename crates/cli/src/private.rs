//! Files of a server that are for its owner alone.

use airside_net::private::{ExposedError, require_mounted, require_private, require_secret};
use airside_server::settings::Mode;

use crate::{
    config::{Config, EncryptionKey},
    exit::CommandError,
};

/// Requires that other accounts of the machine have no rights on the data directory and on the
/// key-encryption key, and off development mode that they can read no private key and change no secret.
///
/// # Errors
///
/// [`CommandError`] names every path and the command that takes the rights away.
pub fn require(config: &Config) -> Result<(), CommandError> {
    let exposed = exposed(config).into_iter();
    let sentences: Vec<_> = exposed.map(|error| error.to_string()).collect();
    match sentences.is_empty() {
        true => Ok(()),
        false => Err(CommandError::usage(sentences.join("; "))),
    }
}

/// Returns every file and directory that [`require`] refuses.
pub fn exposed(config: &Config) -> Vec<ExposedError> {
    let mut checked = vec![require_private(&config.data)];
    match &config.encryption_key {
        EncryptionKey::Generated(path) | EncryptionKey::File(path) => {
            checked.push(require_private(path));
        }
        EncryptionKey::Given(_) => {}
    }
    if config.settings.mode != Mode::Development {
        let key = config
            .tls
            .iter()
            .map(|files| require_secret(&files.private_key));
        checked.extend(key);
        checked.extend(config.secret_files.iter().map(|path| require_mounted(path)));
    }
    checked.into_iter().filter_map(Result::err).collect()
}
