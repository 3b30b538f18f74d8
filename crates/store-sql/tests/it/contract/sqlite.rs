use std::{path::PathBuf, sync::Arc};

use airside_store::{Backend, BoxFuture, contract::Home};
use airside_store_sql::sqlite::{Options, Sqlite};
use tempfile::TempDir;

airside_store::contract_tests!(empty);

/// A new directory.
struct Directory(TempDir);

impl Directory {
    fn database(&self) -> PathBuf {
        self.0.path().join("airside.db")
    }
}

impl Home for Directory {
    fn open(&self) -> BoxFuture<'_, Arc<dyn Backend>> {
        Box::pin(async {
            let store = Sqlite::open(&self.database(), Options::default()).unwrap();
            Arc::new(store) as Arc<dyn Backend>
        })
    }
}

fn empty() -> Directory {
    Directory(tempfile::tempdir().unwrap())
}
