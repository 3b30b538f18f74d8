//! `airside db`.

mod advice;

use std::path::Path;

use airside_oauth::key::secret::Secret;
use airside_server::respond::chain;
use airside_store_sql::{
    postgres::{self, Postgres},
    sqlite::{self, Sqlite},
    transfer::{Contents, Purpose, Source, Target, TransferError, copy},
};
use serde_json::{Value, json};

use crate::{
    args::{Db, Global},
    command::{admin::this_machine, configuration, serve::prepare_directory},
    config::{Flags, StoreUrl},
    exit::{Code, CommandError},
    output::Output,
    secret,
};
use advice::MovedStore;

pub async fn run(command: Db, global: &Global, output: &Output) -> Result<(), CommandError> {
    this_machine(global)?;
    let Db::Move { to } = command;
    let config = configuration::load(global, Flags::default()).await?;
    // the same place as in `store.url`, which the operator sets to it afterwards
    let place = StoreUrl::parse(&secret::read(&to)?, &config.data);
    let place = place.map_err(|error| CommandError::usage(error.message("--to")))?;
    if is_same_file(&place, &config.store) {
        return Err(CommandError::usage("the store is there already"));
    }
    // the target is made when nothing keeps the source from being read
    let from = open(&config.store, &config.data).await?;
    from.refuse_servers().await?;
    let target = open(&place, &config.data).await?;
    target.refuse_servers().await?;
    let source = from.source().await?;
    let moved = fill(&source, &target, Purpose::Move, output).await?;
    show(&moved, output)?;
    output.remark(&advice::after_move(
        &config,
        global,
        &MovedStore {
            to: &to,
            place: &place,
        },
    ));
    Ok(())
}

fn is_same_file(one: &StoreUrl, other: &StoreUrl) -> bool {
    let (StoreUrl::Sqlite(one), StoreUrl::Sqlite(other)) = (one, other) else {
        return false;
    };
    let real = |path: &Path| path.canonicalize().ok();
    one == other || (real(one).is_some() && real(one) == real(other))
}

/// A store that no server may use while it is read or filled whole.
pub enum OpenedStore {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Opens a store for a copy, and makes the data directory if it is to be there; a SQLite store that is
/// in use is refused.
pub async fn open(store: &StoreUrl, data: &Path) -> Result<OpenedStore, CommandError> {
    match store {
        StoreUrl::Sqlite(path) => {
            if path.parent() == Some(data) {
                prepare_directory(data)?;
            }
            Sqlite::open(path, sqlite::Options::default())
                .map(OpenedStore::Sqlite)
                .map_err(|error| CommandError::failed(chain(&error)))
        }
        StoreUrl::Postgres(url) => open_postgres(url).await.map(OpenedStore::Postgres),
    }
}

pub async fn open_postgres(url: &Secret) -> Result<Postgres, CommandError> {
    let mut options = postgres::Options::default();
    options.connections = 2;
    options.serves = false;
    let opened = Postgres::open(url.expose(), &options).await;
    opened.map_err(|error| CommandError::failed(chain(&error)))
}

impl OpenedStore {
    /// Returns the content of the store as it is now.
    pub async fn source(&self) -> Result<Source, CommandError> {
        match self {
            Self::Sqlite(store) => Ok(Source::Sqlite(store.snapshot())),
            Self::Postgres(store) => {
                let snapshot = store.snapshot().await;
                let snapshot = snapshot.map_err(|error| CommandError::failed(chain(&error)))?;
                Ok(Source::Postgres(snapshot))
            }
        }
    }

    /// With SQLite, the lock has done so.
    pub async fn refuse_servers(&self) -> Result<(), CommandError> {
        let Self::Postgres(store) = self else {
            return Ok(());
        };
        let served = store.is_served().await;
        match served.map_err(|error| CommandError::failed(chain(&error)))? {
            false => Ok(()),
            true => Err(CommandError::new(
                Code::Refused,
                "servers are connected to the PostgreSQL database: stop every node first",
            )),
        }
    }
}

/// Fills a store, and says how far it is.
pub async fn fill(
    source: &Source,
    target: &OpenedStore,
    purpose: Purpose,
    output: &Output,
) -> Result<Vec<Contents>, CommandError> {
    let target = match target {
        OpenedStore::Sqlite(store) => Target::Sqlite(store),
        OpenedStore::Postgres(store) => Target::Postgres(store),
    };
    let progress = |table: &str, rows: u64| {
        if rows.is_multiple_of(ROWS_A_REMARK) {
            output.remark(&format!("{table}: {rows} rows"));
        }
    };
    copy(source, &target, purpose, progress)
        .await
        .map_err(|error| match error {
            TransferError::NotEmpty | TransferError::Empty => {
                CommandError::new(Code::Refused, error.to_string())
            }
            error => CommandError::failed(chain(&error)),
        })
}

/// Prints what was copied.
pub fn show(contents: &[Contents], output: &Output) -> Result<(), CommandError> {
    let rows = contents
        .iter()
        .map(|part| json!({ "table": part.table, "rows": part.rows, "digest": part.digest }));
    let columns = [("TABLE", "table"), ("ROWS", "rows"), ("DIGEST", "digest")];
    output.list(&Value::Array(rows.collect()), &columns)
}

const ROWS_A_REMARK: u64 = 50_000;
