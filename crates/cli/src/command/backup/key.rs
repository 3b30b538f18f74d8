//! The key-encryption key of a store that is brought back, which no backup has.

use airside_server::check_keys;
use airside_store_sql::Inspection;

use crate::{
    config::{Config, EncryptionKey},
    encryption_key::{self, FoundKey},
    exit::{Code, CommandError},
};

/// Requires that the key of the configuration opens the keys of a backup, or is not there yet.
///
/// # Errors
///
/// [`CommandError`] says where the right key belongs: the next start would refuse the store.
pub(super) fn refuse_other(config: &Config, saved: Option<Inspection>) -> Result<(), CommandError> {
    let Some(saved) = saved.filter(|saved| saved.identity.key_check.is_some()) else {
        return Ok(());
    };
    let FoundKey::Key(key) = encryption_key::read(&config.encryption_key)? else {
        return Ok(());
    };
    let checked = check_keys(&config.settings, &key, &saved.identity, saved.keys);
    checked.map_err(|_| {
        CommandError::new(
            Code::Refused,
            format!(
                "nothing is restored: the key-encryption key here does not open the keys of this backup\nhelp: {}",
                right_key(&config.encryption_key)
            ),
        )
    })
}

/// Says where the key belongs that is not there yet.
pub(super) fn missing(config: &Config) -> Option<String> {
    match encryption_key::read(&config.encryption_key) {
        Ok(FoundKey::Missing(_)) => Some(format!(
            "{}, before the next start",
            right_key(&config.encryption_key)
        )),
        _ => None,
    }
}

fn right_key(from: &EncryptionKey) -> String {
    match from {
        EncryptionKey::Given(_) => {
            "give the key-encryption key of that store as `AIRSIDE_KEYS__ENCRYPTION_KEY`".to_owned()
        }
        EncryptionKey::Generated(path) | EncryptionKey::File(path) => format!(
            "put the key-encryption key of that store at `{}`",
            path.display()
        ),
    }
}
