//! `airside backup`: the store in one file, a SQLite database whatever the store is.

use std::path::Path;

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
    config::{Flags, StoreUrl},
    exit::{Code, Failure},
    output::Output,
};

pub async fn run(command: Backup, global: &Global, output: &Output) -> Result<(), Failure> {
    match command {
        Backup::Create { file } => {
            let config = configuration::load(global, Flags::default())?;
            let saved = create(&config.store, &file).await?;
            show(&saved, output)?;
            output.remark("the key-encryption key is not in it: keep that elsewhere");
            Ok(())
        }
        Backup::Verify { file } => show(&verify(&file).await?, output),
        Backup::Restore { file } => {
            let config = configuration::load(global, Flags::default())?;
            let source = read(&file)?;
            let target = open(&config.store).await?;
            target.refuse_servers().await?;
            let purpose = Purpose::Restore {
                at: SystemClock.now(),
                lifetimes: config.settings.profile.lifetimes,
            };
            let restored = fill(&source, &target, purpose, output).await?;
            show(&restored, output)?;
            output.remark("restored: every token of before is void, everyone signs in again");
            Ok(())
        }
    }
}

async fn create(store: &StoreUrl, file: &Path) -> Result<Vec<Contents>, Failure> {
    let failed = |error: &(dyn std::error::Error + 'static)| Failure::failed(chain(error));
    match store {
        StoreUrl::Sqlite(path) => {
            Sqlite::back_up(path, file).map_err(|error| failed(&error))?;
            // what was written is read again: a backup that nobody could read is none
            verify(file).await
        }
        StoreUrl::Postgres(url) => {
            if file.exists() {
                return Err(Failure::new(
                    Code::Conflict,
                    format!("`{}` exists", file.display()),
                ));
            }
            let store = open_postgres(url).await?;
            let snapshot = store.snapshot().await.map_err(|error| failed(&error))?;
            let target = Sqlite::open(file, sqlite::Options::default());
            let target = target.map_err(|error| failed(&error))?;
            let saved = copy(
                &Source::Postgres(snapshot),
                &Target::Sqlite(&target),
                Purpose::Move,
                |_, _| {},
            )
            .await;
            drop(target);
            // the log and the lock beside it are of no use without a writer
            let saved = saved.map_err(|error| failed(&error))?;
            let mut lock = file.as_os_str().to_owned();
            lock.push(".lock");
            drop(std::fs::remove_file(lock));
            Ok(saved)
        }
    }
}

async fn verify(file: &Path) -> Result<Vec<Contents>, Failure> {
    let found = contents(&read(file)?).await;
    found.map_err(|error| Failure::failed(chain(&error)))
}

fn read(file: &Path) -> Result<Source, Failure> {
    Sqlite::open_backup(file)
        .map(Source::Sqlite)
        .map_err(|error| Failure::failed(chain(&error)))
}
