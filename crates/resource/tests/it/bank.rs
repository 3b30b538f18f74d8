//! A bank with two customers, on SQLite and on PostgreSQL.

use std::sync::Arc;

use airside_jose::{Algorithm, JwkSet, KeySet, Signer, SigningKey, Typ};
use airside_resource::{
    Api, Authorized, Builder, Create, FromRow, Function, Listed, Public, Record, Rejection,
    ResourceServer, Router, UnixSeconds, actions,
    memory::Memory,
    policy::{Value, rule},
    postgres::Postgres,
    sqlite::Sqlite,
};
use axum::extract::FromRef;
use serde_json::json;

pub const AUDIENCE: &str = "https://api.example.com";
pub const ISSUER: &str = "https://id.example.com";
pub const NOW: i64 = 1_800_000_000;

const TABLE: &str = "CREATE TABLE accounts (
    id bigint PRIMARY KEY, owner text NOT NULL, tenant text, name text NOT NULL, balance bigint NOT NULL
);";
const ROWS: &str = "INSERT INTO accounts VALUES
    (1, 'alice', 'acme', 'Alice''s', 100), (2, 'bob', 'acme', 'Bob''s', 50),
    (3, 'alice', 'other', 'Old', 7), (4, 'alice', NULL, 'Nobody''s', 9);";

actions! {
    ReadAccount reads Account = rule::scope("accounts:read").owner().and_tenant("org");
    RenameAccount writes Account = rule::scope("accounts:write").owner().and_tenant("org");
    ReadFiled reads Filed = rule::scope("accounts:read").owner().and_tenant("org");
    RenameFiled writes Filed = rule::scope("accounts:write").owner().and_tenant("org");
    DeleteUser = rule::role("admin");
    Health public = "load balancer probe";
}

/// A row; the two kinds differ in where they are kept.
#[derive(Debug)]
pub struct Columns {
    pub id: i64,
    pub owner: String,
    pub tenant: Option<String>,
    pub name: String,
    pub balance: i64,
}

pub struct Account(pub Columns);
pub struct Filed(pub Columns);

impl Columns {
    fn column(&self, name: &str) -> Value {
        match name {
            "id" => self.id.into(),
            "owner" => self.owner.as_str().into(),
            "tenant" => self.tenant.clone().into(),
            _ => Value::Null,
        }
    }
}

macro_rules! record {
    ($record:ident in $records:ty) => {
        impl Record for $record {
            type Key = i64;
            type Records = $records;
            const TYPE: &'static str = "Account";
            const TABLE: &'static str = "accounts";
            const OWNER: Option<&'static str> = Some("owner");
            const TENANT: Option<&'static str> = Some("tenant");
            const WRITABLE: &'static [&'static str] = &["name", "balance"];

            fn column(&self, name: &str) -> Value {
                self.0.column(name)
            }
        }

        impl From<$record> for Columns {
            fn from(record: $record) -> Self {
                record.0
            }
        }

        impl AsRef<Columns> for $record {
            fn as_ref(&self) -> &Columns {
                &self.0
            }
        }
    };
}

record!(Account in Sqlite);
record!(Filed in Postgres);

impl FromRow<Sqlite> for Account {
    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self(Columns {
            id: row.get("id")?,
            owner: row.get("owner")?,
            tenant: row.get("tenant")?,
            name: row.get("name")?,
            balance: row.get("balance")?,
        }))
    }
}

impl FromRow<Postgres> for Filed {
    fn from_row(row: &tokio_postgres::Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self(Columns {
            id: row.try_get("id")?,
            owner: row.try_get("owner")?,
            tenant: row.try_get("tenant")?,
            name: row.try_get("name")?,
            balance: row.try_get("balance")?,
        }))
    }
}

#[derive(Clone, Debug)]
pub struct State<R> {
    pub airside: ResourceServer,
    pub records: R,
}

impl<R> FromRef<State<R>> for ResourceServer {
    fn from_ref(state: &State<R>) -> Self {
        state.airside.clone()
    }
}

impl FromRef<State<Self>> for Sqlite {
    fn from_ref(state: &State<Self>) -> Self {
        state.records.clone()
    }
}

impl FromRef<State<Self>> for Memory {
    fn from_ref(state: &State<Self>) -> Self {
        state.records.clone()
    }
}

impl FromRef<State<Self>> for Postgres {
    fn from_ref(state: &State<Self>) -> Self {
        state.records.clone()
    }
}

macro_rules! routes {
    ($record:ident, $read:ident, $write:ident, $records:ty) => {{
        async fn read(account: Authorized<$record, $read>) -> String {
            account.as_ref().name.clone()
        }
        async fn list(accounts: Listed<$record, $read>) -> Result<String, Rejection> {
            let page = accounts.page(None, 10).await?;
            let names = page.iter().map(|account| account.as_ref().name.as_str());
            Ok(names.collect::<Vec<_>>().join(","))
        }
        async fn rename(
            account: Authorized<$record, $write>,
            name: String,
        ) -> Result<String, Rejection> {
            let renamed: Columns = account.update(vec![("name", name.into())]).await?.into();
            Ok(renamed.name)
        }
        async fn steal(
            account: Authorized<$record, $write>,
            column: String,
        ) -> Result<(), Rejection> {
            let spellings = [
                "owner", "OWNER", "tenant", "Tenant", "id", "ID", "rowid", "oid",
            ];
            let column = spellings.into_iter().find(|one| *one == column).unwrap();
            account.update(vec![(column, "mallory".into())]).await?;
            Ok(())
        }
        async fn close(account: Authorized<$record, $write>) -> Result<String, Rejection> {
            let closed: Columns = account.delete().await?.into();
            Ok(closed.name)
        }
        async fn open(new: Create<$record, $write>, name: String) -> Result<String, Rejection> {
            let values = vec![
                ("id", 9.into()),
                ("name", name.into()),
                ("balance", 0.into()),
            ];
            let made: Columns = new.insert(values).await?.into();
            Ok(format!("{}:{:?}:{}", made.owner, made.tenant, made.balance))
        }
        async fn delete_user(function: Function<DeleteUser>) -> String {
            function.caller().token().subject().to_owned()
        }
        async fn health(_: Public<Health>) {}

        Router::<State<$records>>::new()
            .get("/accounts", list)
            .post("/accounts", open)
            .get("/accounts/{id}", read)
            .put("/accounts/{id}", rename)
            .patch("/accounts/{id}", steal)
            .delete("/accounts/{id}", close)
            .post("/admin/delete-user", delete_user)
            .get("/health", health)
    }};
}

/// The issuer's key, and the API's view of it at a fixed time.
pub struct World {
    signer: Signer,
    pub airside: ResourceServer,
}

impl World {
    pub fn new() -> Self {
        Self::with(|api| api)
    }

    /// With something of one's own in the API's set-up.
    pub fn with(set_up: impl FnOnce(Builder) -> Builder) -> Self {
        let key = SigningKey::generate(Algorithm::EdDSA).unwrap();
        let jwks = JwkSet {
            keys: vec![key.public_jwk("1")],
        };
        let airside = ResourceServer::trusting(ISSUER)
            .for_audience(AUDIENCE)
            .keys(KeySet::from_jwks(&jwks))
            .clock(Arc::new(|| UnixSeconds::new(NOW)));
        Self {
            signer: Signer::new(key, "1"),
            airside: set_up(airside).build().unwrap(),
        }
    }

    pub fn token(&self, subject: &str, scope: &str, roles: &[&str]) -> String {
        let claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "client_id": "app", "org": "acme",
            "jti": subject, "iat": NOW, "exp": NOW + 900, "scope": scope, "roles": roles,
        });
        let payload = serde_json::to_vec(&claims).unwrap();
        self.signer
            .sign_compact(Typ::AccessToken, &payload)
            .unwrap()
    }

    pub fn on_sqlite(&self) -> (Api, Sqlite) {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(&format!("{TABLE}{ROWS}")).unwrap();
        let records = Sqlite::new(connection);
        let state = State {
            airside: self.airside.clone(),
            records: records.clone(),
        };
        let routes = routes!(Account, ReadAccount, RenameAccount, Sqlite);
        (routes.build(state).unwrap(), records)
    }

    pub async fn on_postgres(&self) -> Api {
        let config: tokio_postgres::Config = airside_testkit::postgres::schema().parse().unwrap();
        let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
        let pool = deadpool_postgres::Pool::builder(manager).build().unwrap();
        let client = pool.get().await.unwrap();
        client
            .batch_execute(&format!("{TABLE}{ROWS}"))
            .await
            .unwrap();
        let state = State {
            airside: self.airside.clone(),
            records: Postgres::new(pool),
        };
        let routes = routes!(Filed, ReadFiled, RenameFiled, Postgres);
        routes.build(state).unwrap()
    }
}
