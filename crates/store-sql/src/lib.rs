//! The SQL stores: SQLite, and PostgreSQL behind the feature `postgres`.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use airside_store::{Directory, EventQuery};
//! use airside_store_sql::sqlite::{Options, Sqlite};
//!
//! # async fn newest() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Sqlite::open(Path::new("airside-data/airside.db"), Options::default())?;
//! let newest = store.events(&EventQuery { limit: 10, ..EventQuery::default() }).await?;
//! # Ok(()) }
//! ```
//!
//! One module an aggregate holds its statements and the one place where its rows become types. None of
//! them knows a driver: [`sqlite`] and `postgres` execute, each with an `Executor`.
//!
//! | module | holds |
//! |---|---|
//! | [`sqlite`], `postgres` | the two stores: connections, migrations, and how they execute |
//! | `transfer` | copies of a whole store into one of the same or the other kind |
//! | `executor`, `directory` | the operations that differ between databases, and administration with them |
//! | `change`, `look`, `sweep` | the statements of a commit, of a decision's facts, of the housekeeping |
//! | `client`, `resource`, `key` | the rows that an operator configures |
//! | `user`, `username`, `seed`, `session`, `consent` | the rows of people, and the forms of their names |
//! | `grant`, `used`, `status`, `feed`, `logout` | the rows of grants, their ends, and who is told of them |
//! | `event`, `lifetime`, `meta` | the audit trail, the recorded lifetimes, the store itself |
//! | `feed_subscriber`, `version`, `client_change` | the rows by which nodes of one store tell each other |
//! | `statement`, `row`, `values`, `dialect` | SQL texts with their values, rows, and where databases differ |
//! | `migration`, `inspection` | the versions of the schema, and a look at a store without opening it |
//! | `error`, `wait` | errors, and the time that requests have waited |

#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sqlite;

pub use inspection::Inspection;

mod change;
mod client;
#[cfg(feature = "postgres")]
mod client_change;
mod consent;
mod dialect;
mod directory;
mod error;
mod event;
mod executor;
mod feed;
#[cfg(feature = "postgres")]
mod feed_subscriber;
mod grant;
mod inspection;
mod key;
mod lifetime;
mod logout;
mod look;
mod meta;
mod migration;
mod resource;
mod row;
mod seed;
mod session;
mod statement;
mod status;
mod sweep;
#[cfg(feature = "postgres")]
pub mod transfer;
mod used;
mod user;
mod username;
#[cfg(feature = "postgres")]
mod values;
#[cfg(feature = "postgres")]
mod version;
mod wait;
