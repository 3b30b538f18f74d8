//! Records of `airside-resource` in PostgreSQL and SQLite, through pools of sqlx.
//!
//! `#[derive(Record)]` makes a record that both can read:
//!
//! ```
//! use airside_resource::{Record, policy::Timestamp};
//! use airside_sqlx::SqlxSqlite;
//!
//! #[derive(Record)]
//! #[record(table = "notes", records = SqlxSqlite)]
//! struct Note {
//!     id: i64,
//!     #[record(owner)]
//!     owner: String,
//!     #[record(writable)]
//!     text: String,
//!     #[record(writable)]
//!     due_at: Option<Timestamp>,
//! }
//! ```
//!
//! Fields have types that `airside-resource` has a value for. For one of another type, such as a time of
//! another crate, make a type of your own, and implement `ReadColumn` for it:
//!
//! ```
//! use airside_resource::{Record, record::ReadColumn};
//! use airside_sqlx::{SqlxSqlite, sqlx::{self, Row as _, sqlite::SqliteRow}};
//!
//! /// An amount in cents.
//! struct Money(i64);
//!
//! impl ReadColumn<Money> for SqlxSqlite {
//!     fn read_column(row: &SqliteRow, column: &str) -> sqlx::Result<Money> {
//!         row.try_get(column).map(Money)
//!     }
//! }
//!
//! #[derive(Record)]
//! #[record(table = "accounts", records = SqlxSqlite)]
//! struct Account {
//!     id: i64,
//!     #[record(opaque)] // no rule looks at it
//!     balance: Money,
//! }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`postgres`] | PostgreSQL (feature `postgres`) |
//! | [`sqlite`] | SQLite (feature `sqlite`) |
//! | `adapter`, `pool`, `column`, `error` | the parts that both have in common |
//! | [`transaction`] | what a transaction lends for queries of the application's own |

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod adapter;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod column;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod error;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod pool;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod transaction;

/// The crate whose types are part of this adapter.
pub use sqlx;

#[cfg(feature = "postgres")]
pub use postgres::SqlxPostgres;
#[cfg(feature = "sqlite")]
pub use sqlite::SqlxSqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use transaction::{SqlxTransaction, TransactionConnection};
