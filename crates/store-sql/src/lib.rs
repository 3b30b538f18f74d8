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
//! One module an aggregate holds its statements and the one place where its rows become types;
//! `change` and `sweep` say which statements a commit and the housekeeping are made of. None of
//! them knows a driver: [`sqlite`] and `postgres` execute.

#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sqlite;

pub use inspection::Inspection;

mod change;
mod client;
mod consent;
mod dialect;
mod error;
mod event;
mod feed;
#[cfg(feature = "postgres")]
mod follower;
mod grant;
mod inspection;
mod key;
mod lifetime;
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
