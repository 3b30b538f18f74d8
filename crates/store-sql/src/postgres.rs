//! The store in a PostgreSQL database, which any number of nodes may share.
//!
//! A look is one statement. A commit is one statement, or one trip of a whole transaction: every
//! statement is sent before the first answer is awaited, and the first ends the transaction unless
//! the compare-and-swap changed exactly one row.

mod commit;
mod connection;
mod error;
mod inspect;
mod listen;
mod look;
mod migration;
mod pool;

pub use error::{DatabaseError, OpenError};

use std::{fmt, time::Duration};

use airside_net::postgres::Target;
use airside_oauth::{
    client::{Client, resource_metadata::StoredResource},
    id::{ClientId, UserId},
    key::StoredKey,
    state::{
        decide::{Commit, Facts, Keys, Pivot},
        event::Event,
        feed::FeedEntry,
        grant::Grant,
        lifetime::{LongestLifetimes, RecordedLifetime},
        logout::PendingLogout,
        session::Session,
        status::{ListNumber, StatusIndex},
        user::{TypedName, User, Username},
    },
    time::Time,
};
use airside_store::{
    BoxFuture, CommitError, Directory, EventQuery, Follower, Identity, NameCollision, NamedEvent,
    Store, Unavailable, Versions,
};

use crate::{
    client, dialect::Dialect, error::StoreError, event, feed, follower, grant,
    inspection::Inspection, key, lifetime, logout, look::Look, meta, resource, row::Row, seed,
    session, statement::Statement, status, sweep, transfer::Values, user, username, version,
};
use connection::WriteError;
use listen::Listener;
use pool::Pool;

/// The settings of a PostgreSQL store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The most connections of this process, beside the one that listens; 16 by default.
    pub connections: usize,
    /// True if this process serves: it listens for changes, and [`Postgres::is_served`] of other
    /// processes returns true; true by default.
    pub serves: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 16,
            serves: true,
        }
    }
}

/// A store in a PostgreSQL database.
///
/// Commits are as durable when they are acknowledged as the server's `synchronous_commit` makes
/// them; `off` is overridden.
pub struct Postgres {
    pool: Pool,
    listener: Option<Listener>,
}

impl Postgres {
    /// Connects to the database at `url` and brings its tables up to date, under a lock.
    ///
    /// `url` is `postgres://user:password@host:port/database` with the parameters of libpq
    /// ([`Target::parse`]).
    ///
    /// # Errors
    ///
    /// - [`OpenError::Url`] if the address or a file that it names is no good.
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
        Ok(Self { pool, listener })
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
        let options = Options {
            connections: 1,
            serves: false,
        };
        let pool = Pool::new(&Target::parse(url)?, &options)?;
        inspect::inspection(&pool).await
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
        Ok(Snapshot(Box::new(self.pool.snapshot().await?)))
    }

    /// Whether a server has the tables in use; if not, none takes them up as long as this store is
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
        let locked = self.one("lock", lock, |row| row.flag("locked")).await?;
        Ok(locked != Some(true))
    }

    pub(crate) async fn rows(
        &self,
        columns: usize,
        statement: &Statement<'_>,
    ) -> Result<Vec<Values>, StoreError> {
        let rows = self.pool.read(statement.sql, &statement.values).await?;
        values(&rows, columns)
    }

    pub(crate) async fn write(&self, statements: &[Statement<'_>]) -> Result<(), StoreError> {
        self.pool.write(statements).await
    }

    async fn all<T>(
        &self,
        table: &'static str,
        statement: Statement<'_>,
        read: impl Fn(&Row<'_>) -> Result<T, crate::error::InconsistentRow>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.pool.read(statement.sql, &statement.values).await?;
        rows.iter()
            .map(|row| Ok(read(&Row::new(table, row))?))
            .collect()
    }

    async fn one<T>(
        &self,
        table: &'static str,
        statement: Statement<'_>,
        read: impl Fn(&Row<'_>) -> Result<T, crate::error::InconsistentRow>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(table, statement, read).await?.into_iter().next())
    }
}

/// A database as it is at one moment.
pub struct Snapshot(Box<deadpool_postgres::Object>);

impl Snapshot {
    pub(crate) async fn rows(
        &self,
        columns: usize,
        statement: &Statement<'_>,
    ) -> Result<Vec<Values>, StoreError> {
        let step = [connection::Step::Run(statement)];
        let rows = connection::pipeline(&self.0, &step).await?.pop();
        values(&rows.unwrap_or_default(), columns)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}

fn values(rows: &[tokio_postgres::Row], columns: usize) -> Result<Vec<Values>, StoreError> {
    rows.iter()
        .map(|row| Ok(Values::read(&Row::new("a table", row), columns)?))
        .collect()
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

impl Store for Postgres {
    fn look<'a>(&'a self, keys: &'a Keys) -> BoxFuture<'a, Result<Facts, Unavailable>> {
        Box::pin(async move {
            match Look::of(keys) {
                None => Ok(Facts::default()),
                Some(look) => Ok(look::look(&self.pool, look).await?),
            }
        })
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<(), CommitError>> {
        let pool = self.pool.clone();
        // in its own task: a caller that goes away leaves no transaction half sent
        let task = tokio::spawn(async move {
            match commit::write(&pool, &commit).await {
                // The outcome is unknown. A second try conflicts with the first if that was committed,
                // and the next look then finds it; only a use does not record its user.
                Err(WriteError::InDoubt(_)) if !matches!(commit.pivot, Pivot::UseOnce { .. }) => {
                    commit::write(&pool, &commit).await
                }
                result => result,
            }
        });
        Box::pin(async move {
            let result = task
                .await
                .unwrap_or(Err(WriteError::Failed(StoreError::Stopped)));
            result.map_err(CommitError::from)
        })
    }

    fn delay(&self) -> Duration {
        self.pool.delay()
    }
}

impl Directory for Postgres {
    fn identity(&self) -> BoxFuture<'_, Result<Identity, Unavailable>> {
        Box::pin(async move {
            let identity = self.one(meta::TABLE, meta::identity(), meta::read).await?;
            identity.ok_or_else(|| StoreError::from(meta::missing()).into())
        })
    }

    fn set_key_check(&self, check: [u8; 32]) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move { Ok(self.pool.write(&[meta::set_key_check(&check)]).await?) })
    }

    fn clients(&self) -> BoxFuture<'_, Result<Vec<Client>, Unavailable>> {
        Box::pin(async move { Ok(self.all(client::TABLE, client::all(), client::read).await?) })
    }

    fn resources(&self) -> BoxFuture<'_, Result<Vec<StoredResource>, Unavailable>> {
        Box::pin(async move {
            let all = self.all(resource::TABLE, resource::all(), resource::read);
            Ok(all.await?)
        })
    }

    fn keys(&self) -> BoxFuture<'_, Result<Vec<StoredKey>, Unavailable>> {
        Box::pin(async move { Ok(self.all(key::TABLE, key::all(), key::read).await?) })
    }

    fn has_users(&self) -> BoxFuture<'_, Result<bool, Unavailable>> {
        Box::pin(async move {
            let count = |row: &Row<'_>| row.integer::<i64>("count");
            let counts = self.one(user::TABLE, user::any(), count).await?;
            Ok(counts != Some(0))
        })
    }

    fn user<'a>(&'a self, name: &'a TypedName) -> BoxFuture<'a, Result<Option<User>, Unavailable>> {
        Box::pin(async move {
            Ok(self
                .one(user::TABLE, user::by_name(name), user::read)
                .await?)
        })
    }

    fn note_precis_names(&self, budget: u32) -> BoxFuture<'_, Result<u64, Unavailable>> {
        Box::pin(async move {
            let unnoted = username::unnoted(budget, Dialect::Postgres);
            let names = self
                .all(user::TABLE, unnoted, username::read_unnoted)
                .await?;
            let statements: Vec<_> = names.iter().map(username::note).collect();
            if !statements.is_empty() {
                self.pool.write(&statements).await?;
            }
            Ok(statements.len() as u64)
        })
    }

    fn name_collisions(
        &self,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<NameCollision>, Unavailable>> {
        Box::pin(async move {
            let collisions = username::collisions(limit);
            let all = self.all(user::TABLE, collisions, username::read_collision);
            Ok(all.await?)
        })
    }

    fn administrators(&self, limit: u32) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        Box::pin(async move {
            let some = user::administrators(limit);
            Ok(self.all(user::TABLE, some, user::read).await?)
        })
    }

    fn users(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<User>, Unavailable>> {
        Box::pin(async move {
            let after = after.map_or([0; 16], |id| *id.as_bytes());
            let page = user::page(&after, limit);
            Ok(self.all(user::TABLE, page, user::read).await?)
        })
    }

    fn sessions(&self, user: UserId) -> BoxFuture<'_, Result<Vec<Session>, Unavailable>> {
        Box::pin(async move {
            let live = session::live_of(&user);
            Ok(self.all(session::TABLE, live, session::read).await?)
        })
    }

    fn grants(&self, user: UserId) -> BoxFuture<'_, Result<Vec<Grant>, Unavailable>> {
        Box::pin(async move {
            let live = grant::live_of(&user);
            Ok(self.all(grant::TABLE, live, grant::read).await?)
        })
    }

    fn named_events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> BoxFuture<'a, Result<Vec<NamedEvent>, Unavailable>> {
        Box::pin(async move {
            let search = event::search(query);
            Ok(self.all(event::TABLE, search, event::read).await?)
        })
    }

    fn append_events(&self, events: Vec<Event>) -> BoxFuture<'_, Result<(), Unavailable>> {
        let pool = self.pool.clone();
        let task = tokio::spawn(async move {
            let statements: Vec<_> = events.iter().map(event::insert).collect();
            pool.write(&statements).await
        });
        Box::pin(async move { Ok(task.await.unwrap_or(Err(StoreError::Stopped))?) })
    }

    fn revocations(
        &self,
        after: i64,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<(i64, FeedEntry)>, Unavailable>> {
        Box::pin(async move {
            let behind = feed::behind(after, limit);
            let all = self.all(feed::TABLE, behind, feed::read_with_position);
            Ok(all.await?)
        })
    }

    fn feed_head(&self) -> BoxFuture<'_, Result<i64, Unavailable>> {
        Box::pin(async move {
            let head = feed::head(Dialect::Postgres);
            let head = self.one(feed::TABLE, head, feed::read_head).await?;
            Ok(head.unwrap_or(0))
        })
    }

    fn lease_status_indexes(&self, count: u32) -> BoxFuture<'_, Result<StatusIndex, Unavailable>> {
        Box::pin(async move {
            // tried again if the connection was lost: what was leased then is never given out
            let lease = self.one(meta::TABLE, status::lease(count), status::read_leased);
            let first = lease.await?;
            first.ok_or_else(|| StoreError::from(meta::missing()).into())
        })
    }

    fn revoked_in(
        &self,
        list: ListNumber,
        since: Time,
    ) -> BoxFuture<'_, Result<Option<Vec<StatusIndex>>, Unavailable>> {
        Box::pin(async move {
            let revoked = status::revoked_in(list, since);
            let rows = self.all(grant::TABLE, revoked, status::read).await?;
            Ok(status::collect(list, &rows))
        })
    }

    fn clients_due_for_logout(
        &self,
        now: Time,
    ) -> BoxFuture<'_, Result<Vec<ClientId>, Unavailable>> {
        Box::pin(async move {
            let due = logout::clients_due(now);
            Ok(self.all(logout::TABLE, due, logout::read_client).await?)
        })
    }

    fn due_logouts<'a>(
        &'a self,
        client: &'a ClientId,
        now: Time,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<PendingLogout>, Unavailable>> {
        Box::pin(async move {
            let due = logout::due(client, now, limit);
            Ok(self.all(logout::TABLE, due, logout::read).await?)
        })
    }

    fn record_lifetimes(
        &self,
        records: Vec<RecordedLifetime>,
        now: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            let statements: Vec<_> = records.iter().map(lifetime::put).collect();
            self.pool.write(&statements).await?;
            self.pool.change(&lifetime::forget(now)).await?;
            Ok(())
        })
    }

    fn lifetimes(&self) -> BoxFuture<'_, Result<Vec<RecordedLifetime>, Unavailable>> {
        Box::pin(async move {
            let all = self.all(lifetime::TABLE, lifetime::all(), lifetime::read);
            Ok(all.await?)
        })
    }

    fn seeds(&self) -> BoxFuture<'_, Result<Vec<Username>, Unavailable>> {
        Box::pin(async move { Ok(self.all(seed::TABLE, seed::all(), seed::read).await?) })
    }

    fn sweep(
        &self,
        longest: LongestLifetimes,
        budget: u32,
    ) -> BoxFuture<'_, Result<u64, Unavailable>> {
        let tasks = sweep::tasks(&longest);
        Box::pin(async move {
            let mut deleted = 0;
            for task in &tasks {
                let left = u64::from(budget).saturating_sub(deleted);
                let left = u32::try_from(left).unwrap_or(u32::MAX);
                deleted += self.pool.change(&task.delete_found(left)).await?;
            }
            Ok(deleted)
        })
    }

    fn versions(&self) -> BoxFuture<'_, Result<Versions, Unavailable>> {
        Box::pin(async move {
            let rows = self
                .all(version::TABLE, version::all(), version::read)
                .await?;
            Ok(version::collect(&rows))
        })
    }

    fn note_followers(
        &self,
        followers: Vec<Follower>,
        silent_since: Time,
    ) -> BoxFuture<'_, Result<(), Unavailable>> {
        Box::pin(async move {
            let statements: Vec<_> = followers.iter().map(follower::put).collect();
            self.pool.write(&statements).await?;
            self.pool.change(&follower::forget(silent_since)).await?;
            Ok(())
        })
    }

    fn followers(&self, since: Time) -> BoxFuture<'_, Result<Vec<Follower>, Unavailable>> {
        Box::pin(async move {
            let seen = follower::seen(since);
            Ok(self.all(follower::TABLE, seen, follower::read).await?)
        })
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        match &self.listener {
            Some(listener) => Box::pin(listener.changed()),
            None => Box::pin(std::future::pending()),
        }
    }
}
