//! The SQL stores: SQLite.
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
//! One module an aggregate holds its statements and the one place where its rows become types;
//! `change` and `sweep` say which statements a commit and the housekeeping are made of. None of
//! them knows a driver: [`sqlite`] executes.

pub mod sqlite;

mod change;
mod client;
mod consent;
mod event;
mod failure;
mod feed;
mod grant;
mod key;
mod meta;
mod row;
mod session;
mod statement;
mod sweep;
mod used;
mod user;
