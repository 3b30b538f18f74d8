//! Reads a configuration again for a server that runs: some keys take effect only at a start.

use std::collections::{BTreeMap, BTreeSet};

use airside_config::Problems;

use super::{Config, EncryptionKey, Inputs, StoreUrl};

impl Config {
    /// Reads and checks a configuration for a server that runs with `self`. What only a start can change
    /// stays as it is, and everything else is judged by it: the issuer, the mode, where things are.
    ///
    /// # Errors
    ///
    /// [`Problems`] as for [`Self::load`].
    pub fn reload(&self, inputs: &Inputs<'_>) -> Result<Self, Problems> {
        let new = Self::read(inputs, Some(self))?;
        Ok(Self {
            restart: needed(self, &new),
            listen: self.listen,
            data: self.data.clone(),
            store: self.store.clone(),
            encryption_key: self.encryption_key.clone(),
            ..new
        })
    }
}

/// Returns the keys that `new` changes for a server that was started with `running`, and that need a
/// restart: every key but those that a reload takes over.
fn needed(running: &Config, new: &Config) -> Vec<String> {
    let (before, after) = (values(running), values(new));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name));
    let mut keys: BTreeSet<String> = changed.map(|name| (*name).to_owned()).collect();
    let hidden = [
        ("store.url", !same_store(running, new)),
        (
            "keys.encryption_key",
            !same_key(&running.encryption_key, &new.encryption_key),
        ),
        // the listener speaks https or it does not
        ("tls", running.tls.is_some() != new.tls.is_some()),
    ];
    let hidden = hidden.into_iter().filter(|(_, differs)| *differs);
    keys.extend(hidden.map(|(name, _)| name.to_owned()));
    keys.into_iter().collect()
}

/// The values by key; of a repeated table by its name alone, in the order of the file.
fn values(config: &Config) -> BTreeMap<&str, Vec<&str>> {
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &config.rows {
        let section = row.key.split(['.', '[']).next().unwrap_or_default();
        if RELOADED.contains(&section) || row.key == "log.level" {
            continue;
        }
        let is_repeated = row.key.contains('[');
        let name = if is_repeated { section } else { &row.key };
        values.entry(name).or_default().push(&row.value);
    }
    values
}

/// A path below `data` is the same one below another.
fn same_store(running: &Config, new: &Config) -> bool {
    match (&running.store, &new.store) {
        (StoreUrl::Sqlite(before), StoreUrl::Sqlite(after)) => {
            before == after
                || matches!(
                    (before.strip_prefix(&running.data), after.strip_prefix(&new.data)),
                    (Ok(before), Ok(after)) if before == after
                )
        }
        (StoreUrl::Postgres(before), StoreUrl::Postgres(after)) => {
            before.expose() == after.expose()
        }
        _ => false,
    }
}

fn same_key(before: &EncryptionKey, after: &EncryptionKey) -> bool {
    match (before, after) {
        (EncryptionKey::Given(before), EncryptionKey::Given(after)) => {
            before.expose() == after.expose()
        }
        (EncryptionKey::File(before), EncryptionKey::File(after)) => before == after,
        (EncryptionKey::Generated(_), EncryptionKey::Generated(_)) => true,
        _ => false,
    }
}

/// The sections that a reload takes over.
const RELOADED: &[&str] = &["resource", "scope", "client", "sign_in", "tls"];
