//! The store in a PostgreSQL database, which any number of nodes may share.
//!
//! A look is one statement. A commit is one statement, or one trip of a whole transaction: every
//! statement is sent before the first answer is awaited, and the first ends the transaction unless
//! the compare-and-swap changed exactly one row.

mod commit;
mod connection;
mod error;
mod executor;
mod inspect;
mod listen;
mod look;
mod migration;
mod options;
mod peers;
mod pool;
mod snapshot;
mod store;
mod stream;
mod write_error;

pub use error::{DatabaseError, OpenError};
pub use options::Options;
pub use snapshot::Snapshot;

use airside_net::postgres::Target;
use airside_oauth::client::Client;
use tokio::sync::Notify;

use self::{executor::PostgresExecutor, listen::Listener, pool::Pool, snapshot::values};
use crate::{
    error::StoreError, executor::SqlStore, inspection::Inspection, statement::Statement,
    sweep::Cursors, values::Values,
};

/// A store in a PostgreSQL database.
///
/// Commits are as durable when they are acknowledged as the server's `synchronous_commit` makes
/// them; `off` is overridden.
pub type Postgres = SqlStore<PostgresExecutor>;

impl Postgres {
    /// Connects to the database at `url` and brings its tables up to date, under a lock.
    ///
    /// `url` is `postgres://user:password@host:port/database` with the parameters of libpq
    /// ([`Target::parse`]).
    ///
    /// # Errors
    ///
    /// - [`OpenError::Url`] if the address or a file that it names is not usable.
    /// - [`OpenError::Unreachable`] if no connection can be made.
    /// - [`OpenError::Migration`] if the tables are of a newer version, or were altered.
    /// - [`OpenError::Busy`] if a tool fills or empties the tables now.
    pub async fn open(url: &str, options: &Options) -> Result<Self, OpenError> {
        let target = Target::parse(url)?;
        let pool = Pool::new(&target, options)?;
        migration::run(&pool).await?;
        let listener = match options.serves {
            true => Some(Listener::start(target).await?),
            false => None,
        };
        let executor = PostgresExecutor {
            pool,
            listener,
            cursors: Cursors::default(),
            logouts: Notify::new(),
        };
        Ok(Self { executor })
    }

    /// Checks an address without connecting.
    ///
    /// # Errors
    ///
    /// [`OpenError::Url`] as for [`Self::open`].
    pub fn check(url: &str) -> Result<(), OpenError> {
        Ok(Target::parse(url).map(drop)?)
    }

    /// Connects to the database at `url` and reads what it says of itself, as a start would find it;
    /// None if nothing is in it yet. Servers may use it.
    ///
    /// Nothing is written: the tables of an earlier version stay as they are.
    ///
    /// # Errors
    ///
    /// - [`OpenError::Url`] and [`OpenError::Unreachable`] as for [`Self::open`].
    /// - [`OpenError::Busy`] if a tool fills or empties the tables now.
    /// - [`OpenError::ReadOnly`] and [`OpenError::NoRights`] if a start could not write what it must.
    /// - [`OpenError::Migration`] if the tables are of a newer version, or were altered.
    pub async fn inspect(url: &str) -> Result<Option<Inspection>, OpenError> {
        inspect::inspection(&Self::one_connection(url)?).await
    }

    /// Reads every client of the database at `url`, as [`Self::inspect`] does.
    ///
    /// # Errors
    ///
    /// As for [`Self::inspect`].
    pub async fn inspect_clients(url: &str) -> Result<Vec<Client>, OpenError> {
        inspect::clients(&Self::one_connection(url)?).await
    }

    fn one_connection(url: &str) -> Result<Pool, OpenError> {
        let options = Options {
            connections: 1,
            serves: false,
        };
        Pool::new(&Target::parse(url)?, &options)
    }

    /// Returns the database and its hosts in words, without the password.
    #[must_use]
    pub fn name(url: &str) -> String {
        let address = Target::parse(url).map(|target| target.address().to_string());
        address.map_or_else(
            |_| "PostgreSQL".to_owned(),
            |name| format!("PostgreSQL {name}"),
        )
    }

    /// Returns true if the database at an address that [`Self::check`] accepts is reached over a network
    /// without a verified certificate.
    #[must_use]
    pub fn is_unverified(url: &str) -> bool {
        Target::parse(url).is_ok_and(|target| target.is_unverified())
    }

    /// Returns the content of the database at one moment, for a copy of it.
    ///
    /// # Errors
    ///
    /// [`OpenError::Unreachable`] if the database fails.
    pub async fn snapshot(&self) -> Result<Snapshot, OpenError> {
        Ok(Snapshot(Box::new(self.executor.pool.snapshot().await?)))
    }

    /// Returns true if a server uses the tables; if not, none can start to as long as this store is
    /// open.
    ///
    /// # Errors
    ///
    /// [`OpenError::Unreachable`] if the database fails.
    pub async fn is_served(&self) -> Result<bool, OpenError> {
        let lock = Statement::new(
            "SELECT CAST(CASE WHEN pg_try_advisory_lock(4707106, hashtext(current_schema())) \
             THEN 1 ELSE 0 END AS bigint)",
            vec![],
        );
        let locked = self
            .executor
            .pool
            .one("lock", &lock, |row| row.flag("locked"))
            .await?;
        Ok(locked != Some(true))
    }

    pub(crate) async fn rows(
        &self,
        columns: usize,
        statement: &Statement<'_>,
    ) -> Result<Vec<Values>, StoreError> {
        let rows = self
            .executor
            .pool
            .read(&statement.sql, &statement.values)
            .await?;
        values(&rows, columns)
    }

    pub(crate) async fn write(&self, statements: &[Statement<'_>]) -> Result<(), StoreError> {
        self.executor.pool.write(statements).await
    }
}
