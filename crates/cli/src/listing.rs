//! Lists of a running server, printed while they are read: page by page, however long they are.

use std::io::{self, Write};

use serde_json::Value;

use crate::{
    exit::CommandError,
    output::Output,
    socket::{Admin, pages::Pages},
};

/// A list, and which of its items are wanted.
pub struct Listing<'a> {
    /// Its path at the admin API.
    pub path: &'a str,
    /// The conditions that the server applies, as a query.
    pub query: &'a str,
    /// The members that are looked at, and the text that one of them must have.
    pub filter: Option<(&'a [&'a str], &'a str)>,
    /// The maximal number of items.
    pub limit: Option<usize>,
}

/// The outcome of printing a list.
pub struct Printed {
    /// The number of items.
    pub items: usize,
    /// The last of them.
    pub last: Option<Value>,
    /// True if there are more than were asked for.
    pub has_more: bool,
}

impl<'a> Listing<'a> {
    /// The whole list at this path.
    pub const fn of(path: &'a str) -> Self {
        Self {
            path,
            query: "",
            filter: None,
            limit: None,
        }
    }

    /// Prints `columns` (pairs of heading and JSON member) of the wanted items, or the items as one JSON
    /// document. If the server fails in the middle, that document has no end.
    ///
    /// # Errors
    ///
    /// [`CommandError`] as for every request.
    pub async fn print(
        &self,
        admin: &Admin,
        output: Output,
        columns: &[(&str, &str)],
    ) -> Result<Printed, CommandError> {
        let mut pages = Pages::of(admin, self.path, &self.first_page());
        let mut rows = output.rows(columns);
        let mut progress = Progress::of(output.progress());
        let mut printed = Printed {
            items: 0,
            last: None,
            has_more: false,
        };
        while let Some(mut page) = pages.next().await? {
            progress.read(page.len());
            page.retain(|item| self.wants(item));
            let left = self.left(&printed);
            printed.has_more = page.len() > left || page.len() == left && pages.has_more();
            page.truncate(left);
            progress.clear()?;
            rows.print(&page)?;
            printed.items = printed.items.saturating_add(page.len());
            printed.last = page.pop().or(printed.last);
            if self.left(&printed) == 0 || rows.is_closed() {
                break;
            }
            if pages.has_more() {
                progress.show()?;
            }
        }
        rows.end()?;
        Ok(printed)
    }

    /// The query of the first page, which the server repeats for the others.
    fn first_page(&self) -> String {
        let whole = self.filter.is_none().then_some(self.limit).flatten();
        let limit = whole.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let more = if self.query.is_empty() { "" } else { "&" };
        format!("?limit={limit}{more}{}", self.query)
    }

    fn wants(&self, item: &Value) -> bool {
        self.filter
            .is_none_or(|(members, text)| is_named(item, members, text))
    }

    fn left(&self, printed: &Printed) -> usize {
        let limit = self.limit.unwrap_or(usize::MAX);
        limit.saturating_sub(printed.items)
    }
}

/// Tells whether a text is in one of these members of an item, in upper or lower case.
fn is_named(item: &Value, members: &[&str], text: &str) -> bool {
    let text = text.to_lowercase();
    let has = |value: &Value| {
        let value = value.as_str();
        value.is_some_and(|value| value.to_lowercase().contains(&text))
    };
    members.iter().any(|member| match item.get(member) {
        Some(Value::Array(values)) => values.iter().any(has),
        Some(value) => has(value),
        None => false,
    })
}

/// The number of items that were read, on a terminal, until there are rows to see.
struct Progress<W> {
    to: Option<W>,
    read: usize,
    is_shown: bool,
}

impl<W: Write> Progress<W> {
    const fn of(to: Option<W>) -> Self {
        Self {
            to,
            read: 0,
            is_shown: false,
        }
    }

    fn read(&mut self, items: usize) {
        self.read = self.read.saturating_add(items);
    }

    /// Writes a line without an end.
    fn show(&mut self) -> io::Result<()> {
        let Some(to) = &mut self.to else {
            return Ok(());
        };
        self.is_shown = true;
        write!(to, "\r{} read …", self.read)?;
        to.flush()
    }

    /// Takes the line away.
    fn clear(&mut self) -> io::Result<()> {
        match &mut self.to {
            Some(to) if std::mem::take(&mut self.is_shown) => write!(to, "\r\x1b[K"),
            _ => Ok(()),
        }
    }
}

/// The longest page that the admin API has.
const MAX_PAGE: usize = 1_000;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_page_is_as_long_as_what_is_wanted() {
        let page = |limit, filter, query| {
            Listing {
                query,
                filter,
                limit,
                ..Listing::of("/users")
            }
            .first_page()
        };
        assert_eq!(page(None, None, ""), "?limit=1000");
        assert_eq!(page(Some(5), None, "kind=a"), "?limit=5&kind=a");
        assert_eq!(page(Some(0), None, ""), "?limit=1");
        assert_eq!(page(Some(5_000), None, ""), "?limit=1000");
        // those that are wanted may be few among many
        assert_eq!(page(Some(5), Some((&["a"][..], "x")), ""), "?limit=1000");
    }

    #[test]
    fn a_text_is_looked_for_in_names_and_lists() {
        let item = json!({ "name": "Alice", "roles": ["viewer", "Editor"], "id": 7 });
        for (members, text, found) in [
            (&["name"][..], "ALI", true),
            (&["roles"], "edit", true),
            (&["name"], "edit", false),
            (&["missing", "id"], "7", false),
        ] {
            assert_eq!(is_named(&item, members, text), found, "{members:?} {text}");
        }
    }

    #[test]
    fn progress_is_a_line_that_goes_before_rows_come() {
        let mut progress = Progress::of(Some(Vec::new()));
        progress.read(1_000);
        progress.clear().unwrap();
        progress.show().unwrap();
        progress.read(500);
        progress.show().unwrap();
        progress.clear().unwrap();
        progress.clear().unwrap();
        let told = String::from_utf8(progress.to.unwrap()).unwrap();
        assert_eq!(told, "\r1000 read …\r1500 read …\r\x1b[K");
        let mut silent = Progress::<Vec<u8>>::of(None);
        silent.show().unwrap();
        silent.clear().unwrap();
    }
}
