//! The checks that a start makes before it writes anything, and `airside config check` makes alone.

use std::{io, os::unix::net::UnixStream, path::Path};

use airside_net::chain;
use airside_oauth::client::Client;
use airside_server::{StartError, check_keys};
use airside_store_sql::{Inspection, postgres::Postgres, sqlite::Sqlite};
use rustix::fs::{Access, access};

use crate::{
    config::{Config, StoreUrl},
    encryption_key::{self, FoundKey},
    exit::CommandError,
    private, socket,
    tls::load_tls,
};

/// The access of a check to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// It connects to the database, and tries the addresses of `listen`.
    Online,
    /// It reads only files: it may run on another machine than the server.
    Offline,
}

/// Finds everything that would stop a start with this configuration. Writes nothing. A server that runs
/// with it already is not a problem.
pub async fn problems(config: &Config, network: Network) -> Vec<CommandError> {
    let mut problems: Vec<_> = data_directory(config).err().into_iter().collect();
    problems.extend(exposed_files(config));
    let checks = CHECKS.iter().map(|check| check(config));
    problems.extend(checks.filter_map(Result::err));
    if network == Network::Online {
        problems.extend(listen_addresses(config));
    }
    problems.extend(store(config, network).await.err());
    problems
}

type Check = fn(&Config) -> Result<(), CommandError>;

/// The checks that need only files, and find one problem each.
const CHECKS: &[Check] = &[administration_socket, key_file, certificate];

/// Requires that the directory exists or can be made, and that this process may write in it.
fn data_directory(config: &Config) -> Result<(), CommandError> {
    usable_directory(&config.data).map_err(|error| {
        CommandError::failed(format!(
            "the data directory `{}` cannot be used: {error}",
            config.data.display()
        ))
    })
}

/// Requires that files can be made in `directory`, or that it can be made itself.
fn usable_directory(directory: &Path) -> Result<(), String> {
    let there = directory
        .ancestors()
        .find(|path| path.symlink_metadata().is_ok());
    let there = there.unwrap_or(Path::new("."));
    let refused = |why: String| format!("`{}`: {why}", there.display());
    match there.metadata() {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(refused("it is not a directory".to_owned())),
        Err(error) => return Err(refused(error.to_string())),
    }
    let rights = Access::WRITE_OK | Access::EXEC_OK;
    access(there, rights).map_err(|error| refused(io::Error::from(error).to_string()))
}

fn exposed_files(config: &Config) -> Vec<CommandError> {
    let exposed = private::exposed(config).into_iter();
    exposed
        .map(|exposed| CommandError::usage(exposed.to_string()))
        .collect()
}

fn administration_socket(config: &Config) -> Result<(), CommandError> {
    let path = config.data.join(socket::NAME);
    airside_net::check_unix(&path).map_err(|error| socket::unbound(&path, &error))
}

fn key_file(config: &Config) -> Result<(), CommandError> {
    encryption_key::read(&config.encryption_key).map(drop)
}

/// An address that is in use is not an error: this configuration's server may be using it.
fn listen_addresses(config: &Config) -> Vec<CommandError> {
    let addresses = [Some(config.listen), config.metrics_listen];
    let refused = addresses.into_iter().flatten().filter_map(|address| {
        let error = airside_net::check_bind(address).err()?;
        let why = format!("cannot listen on {address}: {error}");
        Some(CommandError::failed(why))
    });
    refused.collect()
}

fn certificate(config: &Config) -> Result<(), CommandError> {
    load_tls(config).map(drop)
}

/// Requires that the store answers, no tool keeps servers away from it, its tables are known, and its keys can be
/// opened.
async fn store(config: &Config, network: Network) -> Result<(), CommandError> {
    if let StoreUrl::Sqlite(path) = &config.store {
        directory_of_database(path, &config.data)?;
        unlocked(path, &config.data)?;
    }
    let Some(found) = inspect(&config.store, network).await? else {
        return Ok(());
    };
    if found.identity.key_check.is_none() {
        let unfinished = !found.keys.is_empty();
        return match unfinished {
            true => Err(CommandError::failed(StartError::UnfinishedCopy.to_string())),
            false => Ok(()),
        };
    }
    match encryption_key::read(&config.encryption_key) {
        Ok(FoundKey::Key(key)) => check_keys(&config.settings, &key, &found.identity, found.keys)
            .map_err(|error| CommandError::failed(error.to_string())),
        Ok(FoundKey::Missing(path)) => Err(encryption_key::gone(path)),
        // `key_file` reports a key that cannot be read
        Err(_) => Ok(()),
    }
}

/// Reads what a start would find in the store; None if that is nothing, or cannot be known.
pub async fn inspect(
    store: &StoreUrl,
    network: Network,
) -> Result<Option<Inspection>, CommandError> {
    match store {
        StoreUrl::Sqlite(path) => {
            Sqlite::inspect(path).map_err(|error| CommandError::failed(chain(&error)))
        }
        StoreUrl::Postgres(_) if network == Network::Offline => Ok(None),
        StoreUrl::Postgres(url) => {
            let found = Postgres::inspect(url.expose()).await;
            found.map_err(|error| CommandError::failed(chain(&error)))
        }
    }
}

/// Reads every client of the store; none if they cannot be known.
pub async fn clients(store: &StoreUrl) -> Result<Vec<Client>, CommandError> {
    let found = match store {
        StoreUrl::Sqlite(path) => Sqlite::inspect_clients(path).map_err(|error| chain(&error)),
        StoreUrl::Postgres(url) => {
            let found = Postgres::inspect_clients(url.expose()).await;
            found.map_err(|error| chain(&error))
        }
    };
    found.map_err(CommandError::failed)
}

/// A lock on the database is this configuration's server, which answers at its socket, or something
/// that keeps servers away.
fn unlocked(path: &Path, data: &Path) -> Result<(), CommandError> {
    let in_use = Sqlite::is_in_use(path).map_err(|error| CommandError::failed(chain(&error)))?;
    if !in_use || UnixStream::connect(data.join(socket::NAME)).is_ok() {
        return Ok(());
    }
    Err(CommandError::failed(format!(
        "the database `{}` is locked by another process that is not this server: if that is \
         `airside db move` or `airside backup restore`, start when it has ended",
        path.display()
    )))
}

/// A start makes the data directory, and no other one.
fn directory_of_database(path: &Path, data: &Path) -> Result<(), CommandError> {
    let directory = path.parent().filter(|parent| *parent != data);
    let Some(directory) = directory else {
        return Ok(());
    };
    let refused = |why: String| {
        CommandError::failed(format!(
            "the database `{}` cannot be used: {why}",
            path.display()
        ))
    };
    if !directory.exists() {
        return Err(refused(format!(
            "there is no directory `{}`",
            directory.display()
        )));
    }
    usable_directory(directory).map_err(refused)
}
