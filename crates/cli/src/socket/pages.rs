//! The pages of a list, one after the other (RFC 8288).

use serde_json::Value;

use super::Admin;
use crate::exit::CommandError;

/// A list that is being read.
pub struct Pages<'a> {
    admin: &'a Admin,
    path: &'a str,
    /// The query of the next page.
    next: Option<String>,
}

impl<'a> Pages<'a> {
    /// The list at `path` from the page of this query on.
    pub fn of(admin: &'a Admin, path: &'a str, first: &str) -> Self {
        Self {
            admin,
            path,
            next: Some(first.to_owned()),
        }
    }

    /// Reads the next page; none after the last one.
    ///
    /// # Errors
    ///
    /// [`CommandError`] as for every request.
    pub async fn next(&mut self) -> Result<Option<Vec<Value>>, CommandError> {
        let Some(query) = self.next.take() else {
            return Ok(None);
        };
        let path = format!("{}{query}", self.path);
        let (page, next) = self.admin.page(&path).await?;
        self.next = next;
        match page {
            Value::Array(items) => Ok(Some(items)),
            _ => Err(CommandError::failed(
                "the server did not answer with a list",
            )),
        }
    }

    /// Returns true if there is another page.
    pub const fn has_more(&self) -> bool {
        self.next.is_some()
    }
}
