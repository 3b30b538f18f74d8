//! `airside backup`: the store in one file, a SQLite database for either kind of store.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use airside_oauth::{key::secret::Secret, profile::Resource};
use airside_server::{
    clock::{Clock as _, SystemClock},
    respond::chain,
};
use airside_store_sql::{
    sqlite::{self, Sqlite},
    transfer::{Contents, Purpose, Source, Target, contents, copy},
};

use crate::{
    args::{Backup, Global},
    command::{
        configuration,
        db::{fill, open, open_postgres, show},
    },
    config::{EncryptionKey, Flags, StoreUrl},
    exit::CommandError,
    output::Output,
};

pub async fn run(command: Backup, global: &Global, output: &Output) -> Result<(), CommandError> {
    match command {
        Backup::Create { file } => {
            let config = configuration::load(global, Flags::default()).await?;
            let saved = create(&config.store, &file).await?;
            show(&saved, output)?;
            output.remark("the key-encryption key is not in it: keep that elsewhere");
            Ok(())
        }
        Backup::Verify { file } => show(&verify(&file).await?, output),
        Backup::Restore { file } => {
            let source = read(&file)?;
            let config = configuration::load_with(global, stored_apis(&file)?)?;
            let target = open(&config.store, &config.data).await?;
            target.refuse_servers().await?;
            let purpose = Purpose::Restore {
                at: SystemClock.now(),
                lifetimes: config.settings.profile.lifetimes,
            };
            let restored = fill(&source, &target, purpose, output).await?;
            show(&restored, output)?;
            output.remark(
                "restored: every token issued before is invalid, and every user must sign in again",
            );
            if let EncryptionKey::Generated(path) = &config.encryption_key
                && !path.exists()
            {
                output.remark(&format!(
                    "put the key-encryption key of that store at `{}` before the next start",
                    path.display()
                ));
            }
            Ok(())
        }
    }
}

/// Saves a store to `file`, which is there only once it is whole and was read again.
async fn create(store: &StoreUrl, file: &Path) -> Result<Vec<Contents>, CommandError> {
    if file.exists() {
        return Err(CommandError::failed(format!("`{}` exists", file.display())));
    }
    let unfinished = Unfinished::of(file)?;
    match store {
        StoreUrl::Sqlite(path) => {
            let saved = Sqlite::back_up(path, &unfinished.path);
            saved.map_err(|error| CommandError::failed(chain(&error)))?;
        }
        StoreUrl::Postgres(url) => save_postgres(url, &unfinished.path).await?,
    }
    let saved = verify(&unfinished.path).await?;
    fs::rename(&unfinished.path, file)?;
    Ok(saved)
}

async fn save_postgres(url: &Secret, file: &Path) -> Result<(), CommandError> {
    let failed = |error: &(dyn Error + 'static)| CommandError::failed(chain(error));
    let store = open_postgres(url).await?;
    let snapshot = store.snapshot().await.map_err(|error| failed(&error))?;
    let target = Sqlite::open(file, sqlite::Options::default());
    let target = target.map_err(|error| failed(&error))?;
    let source = Source::Postgres(snapshot);
    let end = Target::Sqlite(&target);
    let copied = copy(&source, &end, Purpose::Move, |_, _| {}).await;
    copied.map_err(|error| failed(&error))?;
    target.into_one_file().map_err(|error| failed(&error))
}

/// A backup that is being written; what is left of it is deleted when it is dropped.
struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    fn of(file: &Path) -> Result<Self, CommandError> {
        let path = file.with_added_extension("unfinished");
        if path.exists() {
            return Err(CommandError::failed(format!(
                "`{}` exists: another backup is being made, or was interrupted; delete it then",
                path.display()
            )));
        }
        Ok(Self { path })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal", ".lock"] {
            let mut name = self.path.as_os_str().to_owned();
            name.push(suffix);
            // most of them are not there
            drop(fs::remove_file(name));
        }
    }
}

async fn verify(file: &Path) -> Result<Vec<Contents>, CommandError> {
    let found = contents(&read(file)?).await;
    found.map_err(|error| CommandError::failed(chain(&error)))
}

/// The APIs that a backup has, which clients of the configuration may name.
fn stored_apis(file: &Path) -> Result<Vec<Resource>, CommandError> {
    let found = Sqlite::inspect(file).map_err(|error| CommandError::failed(chain(&error)))?;
    let stored = found.map(|found| found.resources).unwrap_or_default();
    Ok(stored.into_iter().map(|stored| stored.resource).collect())
}

fn read(file: &Path) -> Result<Source, CommandError> {
    Sqlite::open_backup(file)
        .map(Source::Sqlite)
        .map_err(|error| CommandError::failed(chain(&error)))
}
