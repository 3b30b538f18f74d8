//! The example with projects, tasks, members and files, on three adapters: what it allows, and attacks.

use airside_resource::{memory::Memory, postgres::Postgres, sqlite::Sqlite, testing::Issuer};

use self::behaviour::behaves;
use self::world::World;

mod behaviour;
#[path = "../../../../examples/projects/memory.rs"]
mod on_memory;
#[path = "../../../../examples/projects/postgres.rs"]
mod on_postgres;
#[path = "../../../../examples/projects/sqlite.rs"]
mod on_sqlite;
mod world;

const AUDIENCE: &str = "https://projects.example";

fn issuer() -> Issuer {
    Issuer::for_audience(AUDIENCE).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_projects_api_behaves_in_memory() {
    use on_memory::api::{App, routes};
    let issuer = issuer();
    let airside = issuer.resource_server().build().unwrap();
    let records = Memory::default();
    let api = routes().build(App { airside, records }).unwrap();
    behaves(&World { issuer, api }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_projects_api_behaves_in_sqlite() {
    use on_sqlite::api::{App, routes};
    let issuer = issuer();
    let airside = issuer.resource_server().build().unwrap();
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(on_sqlite::TABLES).unwrap();
    let records = Sqlite::new(connection);
    let api = routes().build(App { airside, records }).unwrap();
    behaves(&World { issuer, api }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_projects_api_behaves_in_postgresql() {
    use on_postgres::api::{App, routes};
    let issuer = issuer();
    let airside = issuer.resource_server().build().unwrap();
    let config: tokio_postgres::Config = airside_testkit::postgres::schema().parse().unwrap();
    let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
    let pool = deadpool_postgres::Pool::builder(manager).build().unwrap();
    let client = pool.get().await.unwrap();
    client.batch_execute(on_postgres::TABLES).await.unwrap();
    let records = Postgres::new(pool);
    let api = routes().build(App { airside, records }).unwrap();
    behaves(&World { issuer, api }).await;
}
