//! Reading a record from a row of its table.

/// An adapter that answers rows with columns. `#[derive(Record)]` makes a record that any of them can read
/// whose rows hold the types of its fields.
///
/// An adapter of your own says the same, and asks for [`FromRow`] where it reads records.
pub trait RowAdapter {
    /// A row with all columns of the table.
    type Row<'r>;
    /// The reason why a column cannot be read: it is missing or of another type.
    type Error;
}

/// A type that the columns of an adapter can be read as.
#[diagnostic::on_unimplemented(
    message = "a column of `{Self}` cannot be read as a `{V}`",
    label = "give the field a type that the adapter reads, or implement `FromRow` by hand"
)]
pub trait ReadColumn<V>: RowAdapter {
    /// Reads a column by its name.
    ///
    /// # Errors
    ///
    /// The adapter's error: the column is missing or of another type.
    fn read_column(row: &Self::Row<'_>, column: &str) -> Result<V, Self::Error>;
}

/// A record that can be read from a row of an adapter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row of `{A}`",
    label = "`#[derive(Record)]` reads it if each field has a type that the adapter reads; else implement `FromRow<{A}>` for it"
)]
pub trait FromRow<A: RowAdapter>: Sized {
    /// Reads a row with all columns of the table, by their names.
    ///
    /// # Errors
    ///
    /// The adapter's error: a column is missing or of another type.
    fn from_row(row: &A::Row<'_>) -> Result<Self, A::Error>;
}
