//! Everything that a start makes before it listens.

use std::{fs, path::Path, sync::Arc};

use airside_net::private;
use airside_server::respond::chain;
use airside_store::{Backend, Directory as _};
use airside_store_sql::{
    postgres::{self, Postgres},
    sqlite::{self, Sqlite},
};

use crate::{
    config::{Config, StoreUrl},
    exit::CommandError,
    limit,
    preflight::{self, Network},
};

/// Logs warnings, sets the limits of the process, and makes the checks that a start depends on.
pub(super) async fn prepare(config: &Config) -> Result<(), CommandError> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    limit::prepare();
    let problems = preflight::problems(config, Network::Online).await;
    problems.into_iter().next().map_or(Ok(()), Err)
}

/// The store, and whether a key-encryption key may be made for it: nothing in it was wrapped yet.
pub(super) async fn open_store(config: &Config) -> Result<(Arc<dyn Backend>, bool), CommandError> {
    match &config.store {
        StoreUrl::Sqlite(path) => {
            let store = Sqlite::open(path, sqlite::Options::default());
            let store = store.map_err(|error| CommandError::failed(chain(&error)))?;
            let identity = store.identity().await;
            let identity = identity.map_err(|error| CommandError::failed(chain(&error)))?;
            // not whether the file is there: a first start may have ended after it was made
            Ok((Arc::new(store), identity.key_check.is_none()))
        }
        StoreUrl::Postgres(url) => {
            let store = Postgres::open(url.expose(), &postgres::Options::default()).await;
            let store = store.map_err(|error| CommandError::failed(chain(&error)))?;
            Ok((Arc::new(store), false))
        }
    }
}

/// Keeps a second node away from this data directory: its socket would take the place of ours.
pub(super) fn lock_directory(config: &Config) -> Result<Option<fs::File>, CommandError> {
    if matches!(config.store, StoreUrl::Sqlite(_)) {
        return Ok(None);
    }
    let path = config.data.join("airside.lock");
    let file = private::open_or_create(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
        Err(fs::TryLockError::WouldBlock) => Err(CommandError::failed(format!(
            "`{}` is locked: another airside process uses this data directory; give this node another one with --data",
            path.display()
        ))),
    }
}

pub(in crate::command) fn prepare_directory(data: &Path) -> Result<(), CommandError> {
    private::create_directory(data).map_err(|error| {
        CommandError::failed(format!(
            "cannot make the data directory `{}`: {error}",
            data.display()
        ))
    })
}
