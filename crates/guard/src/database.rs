//! Owners in the API's own database: a view with the columns `id` and `owner`, of which one row is read
//! by its id.

#[cfg(feature = "postgres")]
mod postgres;
mod row;
pub(crate) mod setting;
mod sqlite;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

pub(crate) use self::row::DatabaseError;
use self::row::OwnerRow;
use crate::{operation::Operations, view::ViewName};

/// The address of a database.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub(crate) enum Address {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A database of PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(Box<airside_net::postgres::Target>),
}

/// The address of a database cannot be used. Never quotes it: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum AddressError {
    /// It is neither a file of SQLite nor a database of PostgreSQL.
    #[error("write `sqlite:FILE` or `postgres://user:password@host/database`")]
    UnknownScheme,
    /// The address of PostgreSQL is malformed, or a file that it names cannot be used.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] airside_net::postgres::TargetError),
    /// It is a database of PostgreSQL, and the guard cannot connect to any.
    #[cfg(not(feature = "postgres"))]
    #[error("this guard was built without PostgreSQL")]
    WithoutPostgres,
}

/// A database in which owners are looked up, and nothing is written.
#[derive(Debug)]
pub(crate) struct Database(Backend);

#[derive(Debug)]
enum Backend {
    Sqlite(sqlite::Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Postgres),
}

impl Address {
    /// Reads `sqlite:FILE`, below `directory`, or `postgres://…` with the parameters of libpq.
    ///
    /// # Errors
    ///
    /// [`AddressError`].
    pub(crate) fn parse(url: &str, directory: &Path) -> Result<Self, AddressError> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(directory.join(path))),
            Some(("postgres" | "postgresql", _)) => Self::postgres(url),
            _ => Err(AddressError::UnknownScheme),
        }
    }

    #[cfg(feature = "postgres")]
    fn postgres(url: &str) -> Result<Self, AddressError> {
        let target = airside_net::postgres::Target::parse(url)?;
        Ok(Self::Postgres(Box::new(target)))
    }

    #[cfg(not(feature = "postgres"))]
    fn postgres(_url: &str) -> Result<Self, AddressError> {
        Err(AddressError::WithoutPostgres)
    }
}

impl Database {
    /// Sets up connections; none is made before the first look.
    ///
    /// # Errors
    ///
    /// [`DatabaseError`] if they cannot be set up.
    pub(crate) fn new(address: &Address) -> Result<Self, DatabaseError> {
        Ok(Self(match address {
            Address::Sqlite(path) => Backend::Sqlite(sqlite::Sqlite::new(path)),
            #[cfg(feature = "postgres")]
            Address::Postgres(target) => Backend::Postgres(postgres::Postgres::new(target)?),
        }))
    }

    /// Returns the owner of the row with this id, as text; `None` if there is not exactly one such row
    /// or its owner is NULL. Answers within 5 seconds.
    ///
    /// # Errors
    ///
    /// [`DatabaseError`] if it cannot be known.
    pub(crate) async fn owner(
        &self,
        view: &ViewName,
        id: &str,
    ) -> Result<Option<String>, DatabaseError> {
        // PostgreSQL has no text with a zero in it
        if id.len() > MAX_ID || id.contains('\0') {
            return Ok(None);
        }
        let rows = match &self.0 {
            Backend::Sqlite(database) => database.rows(view, id).await?,
            #[cfg(feature = "postgres")]
            Backend::Postgres(database) => database.rows(view, id).await?,
        };
        Ok(owner_of(view, id, rows))
    }

    /// Checks that a view exists with its columns. Answers within 5 seconds.
    ///
    /// # Errors
    ///
    /// [`DatabaseError`] says what is missing.
    pub(crate) async fn check(&self, view: &ViewName) -> Result<(), DatabaseError> {
        match &self.0 {
            Backend::Sqlite(database) => database.check(view).await,
            #[cfg(feature = "postgres")]
            Backend::Postgres(database) => database.check(view).await,
        }
    }

    /// Returns the places of the operations whose owners cannot be looked up, each with the reason.
    pub(crate) async fn problems(&self, operations: &Operations) -> Vec<(String, DatabaseError)> {
        let mut looked: HashMap<&ViewName, Result<(), DatabaseError>> = HashMap::new();
        let mut problems = Vec::new();
        let views = operations.iter();
        let views = views.filter_map(|one| Some((one, one.permission.view()?)));
        for (operation, view) in views {
            if !looked.contains_key(&view.name) {
                // a database that is gone is not asked about every view
                let is_gone = |one: &&_| matches!(one, Err(DatabaseError::Unavailable(_)));
                let checked = match looked.values().find(is_gone) {
                    Some(gone) => gone.clone(),
                    None => self.check(&view.name).await,
                };
                looked.insert(&view.name, checked);
            }
            if let Some(Err(error)) = looked.get(&view.name) {
                problems.push((operation.place.clone(), error.clone()));
            }
        }
        problems
    }
}

/// Returns the owner of the only row of an id.
fn owner_of(view: &ViewName, id: &str, rows: Vec<OwnerRow>) -> Option<String> {
    let mut rows = rows.into_iter();
    let (row, another) = (rows.next(), rows.next());
    if another.is_some() {
        tracing::warn!(%view, "several rows have one id: none of them has an owner");
        return None;
    }
    // INVARIANT: the id is as the database writes it. `01`, `1e0`, another case and blanks behind
    // can be equal to it for the database and something else for the API
    let row = row.filter(|row| row.id.as_deref() == Some(id));
    row.and_then(|row| row.owner)
}

const MAX_ID: usize = 1024;

#[cfg(test)]
mod tests;
