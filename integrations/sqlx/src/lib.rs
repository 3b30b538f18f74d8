//! Records of `airside-resource` in PostgreSQL and SQLite, through pools of sqlx.
//!
//! A record is read by sqlx's own trait `FromRow`:
//!
//! ```
//! use airside_resource::Record;
//! use airside_sqlx::SqlxSqlite;
//! use sqlx::{FromRow, Row, sqlite::SqliteRow};
//!
//! #[derive(Record)]
//! #[record(table = "notes", records = SqlxSqlite)]
//! struct Note {
//!     id: i64,
//!     #[record(owner)]
//!     owner: String,
//!     #[record(writable)]
//!     text: String,
//! }
//!
//! // or `#[derive(sqlx::FromRow)]`, with sqlx's feature `derive`
//! impl FromRow<'_, SqliteRow> for Note {
//!     fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
//!         Ok(Self {
//!             id: row.try_get("id")?,
//!             owner: row.try_get("owner")?,
//!             text: row.try_get("text")?,
//!         })
//!     }
//! }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`postgres`] | PostgreSQL (feature `postgres`) |
//! | [`sqlite`] | SQLite (feature `sqlite`) |

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod error;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;

/// The crate whose types are part of this adapter.
pub use sqlx;

#[cfg(feature = "postgres")]
pub use postgres::SqlxPostgres;
#[cfg(feature = "sqlite")]
pub use sqlite::SqlxSqlite;
