//! Turns errors of sqlx into those of the library.

use airside_resource::RecordsError;
use sqlx::error::DatabaseError;

/// The kind of an error of the database.
pub(crate) enum Cause {
    Conflict,
    Mismatch,
    Unavailable,
}

/// Converts an error; `cause_of` decides what an error of the database itself means.
pub(crate) fn records_error(
    error: sqlx::Error,
    cause_of: impl FnOnce(&dyn DatabaseError) -> Cause,
) -> RecordsError {
    use sqlx::Error;
    let cause = match &error {
        Error::Database(answered) => cause_of(answered.as_ref()),
        // a value that the program and the table have in different types, or a column that is missing
        Error::RowNotFound
        | Error::TypeNotFound { .. }
        | Error::ColumnIndexOutOfBounds { .. }
        | Error::ColumnNotFound(_)
        | Error::ColumnDecode { .. }
        | Error::Encode(_)
        | Error::Decode(_)
        | Error::InvalidArgument(_) => Cause::Mismatch,
        _ => Cause::Unavailable,
    };
    match cause {
        Cause::Conflict => RecordsError::Conflict(error.into()),
        Cause::Mismatch => RecordsError::Mismatch(error.into()),
        Cause::Unavailable => RecordsError::Unavailable(error.into()),
    }
}
