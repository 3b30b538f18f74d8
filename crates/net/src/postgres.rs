//! The way to a PostgreSQL database: its address, with the parameters of libpq, and TLS with the
//! checks that `sslmode` names.

mod address;
mod target_error;
mod tls;
mod tls_parameters;
mod url;

pub use address::DatabaseAddress;
pub use target_error::TargetError;
pub use url::Target;

use std::error::Error as _;

use tokio_postgres::error::SqlState;

use crate::TlsFault;

/// Returns the error of the server or of the connection as a sentence: never the server's detail,
/// which quotes rows.
#[must_use]
pub fn sentence(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(server) => {
            let (said, state) = (server.message(), server.code());
            let hint = match *state == SqlState::INSUFFICIENT_PRIVILEGE {
                true => ": grant the right to the user of the database's address",
                false => "",
            };
            format!("{said} (SQLSTATE {}){hint}", state.code())
        }
        None => match (TlsFault::of(error), error.source()) {
            (Some(fault), _) => fault.to_string(),
            (None, Some(cause)) => cause.to_string(),
            (None, None) => error.to_string(),
        },
    }
}
