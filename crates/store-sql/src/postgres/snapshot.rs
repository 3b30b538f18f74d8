//! The content of a database at one moment.

use std::fmt;

use super::connection::{Step, pipeline};
use crate::{error::StoreError, row::Row, statement::Statement, values::Values};

/// A database as it is at one moment.
pub struct Snapshot(pub(super) Box<deadpool_postgres::Object>);

impl Snapshot {
    pub(crate) async fn rows(
        &self,
        columns: usize,
        statement: &Statement<'_>,
    ) -> Result<Vec<Values>, StoreError> {
        let step = [Step::Run(statement)];
        let rows = pipeline(&self.0, &step).await?.pop();
        values(&rows.unwrap_or_default(), columns)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}

pub(super) fn values(
    rows: &[tokio_postgres::Row],
    columns: usize,
) -> Result<Vec<Values>, StoreError> {
    rows.iter()
        .map(|row| Ok(Values::read(&Row::new("a table", row), columns)?))
        .collect()
}
