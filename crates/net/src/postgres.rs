//! How a PostgreSQL database is reached: its address, with the parameters of libpq, and TLS with the
//! checks that `sslmode` names.

mod tls;
mod url;

pub use url::{Target, TargetError};

use std::error::Error as _;

use crate::TlsFault;

/// What the server or the way to it said, in a sentence: never the server's detail, which quotes
/// rows.
#[must_use]
pub fn sentence(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(server) => format!("{} (SQLSTATE {})", server.message(), server.code().code()),
        None => match (TlsFault::of(error), error.source()) {
            (Some(fault), _) => fault.to_string(),
            (None, Some(cause)) => cause.to_string(),
            (None, None) => error.to_string(),
        },
    }
}
