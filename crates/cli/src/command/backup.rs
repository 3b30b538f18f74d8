//! `airside backup`: the store in one file, a SQLite database for either kind of store.

mod key;
mod source;

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
    Inspection,
    sqlite::{self, Sqlite},
    transfer::{Contents, Purpose, Source, Target, contents, copy},
};

use crate::{
    args::{Backup, Global},
    command::{
        admin::this_machine,
        configuration,
        db::{fill, open, open_postgres, show},
    },
    config::{Flags, StoreUrl},
    exit::CommandError,
    output::Output,
};

pub async fn run(command: Backup, global: &Global, output: &Output) -> Result<(), CommandError> {
    this_machine(global)?;
    match command {
        Backup::Create { file } => {
            let config = configuration::load(global, Flags::default()).await?;
            let saved = create(&config.store, &file).await?;
            show(&saved, output)?;
            output.remark("the key-encryption key is not in it: keep that elsewhere");
            Ok(())
        }
        Backup::Verify { file } => show(&verify(&file).await?, output),
        Backup::Restore { file } => restore(&file, global, output).await,
    }
}

async fn restore(file: &Path, global: &Global, output: &Output) -> Result<(), CommandError> {
    let source = read(file)?;
    let saved = Sqlite::inspect(file).map_err(|error| CommandError::failed(chain(&error)))?;
    let config = configuration::load_with(global, apis(saved.as_ref()))?;
    key::refuse_other(&config, saved)?;
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
    if let Some(remark) = key::missing(&config) {
        output.remark(&remark);
    }
    Ok(())
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
            saved.map_err(|error| source::unread(path, &error))?;
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
fn apis(saved: Option<&Inspection>) -> Vec<Resource> {
    let stored = saved.into_iter().flat_map(|saved| &saved.resources);
    stored.map(|stored| stored.resource.clone()).collect()
}

fn read(file: &Path) -> Result<Source, CommandError> {
    Sqlite::open_backup(file)
        .map(Source::Sqlite)
        .map_err(|error| CommandError::failed(chain(&error)))
}
