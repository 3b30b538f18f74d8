use std::sync::Arc;

use airside_store::{Backend, BoxFuture, contract::Home};
use airside_store_sql::postgres::{Options, Postgres};

airside_store::contract_tests!(empty);

/// A new schema.
struct Schema(String);

impl Home for Schema {
    fn open(&self) -> BoxFuture<'_, Arc<dyn Backend>> {
        Box::pin(async {
            let store = Postgres::open(&self.0, &Options::default()).await.unwrap();
            Arc::new(store) as Arc<dyn Backend>
        })
    }
}

fn empty() -> Schema {
    Schema(airside_testkit::postgres::schema())
}
