//! Rows of a list, printed as they come.

use std::io::{self, Write};

use airside_guard::check::printable_json;
use comfy_table::{ColumnConstraint, Table, Width, presets};
use serde_json::Value;

use super::cell::cell;
use crate::exit::CommandError;

/// A list that is being printed: a table, or one JSON document.
pub struct Rows<'a> {
    is_json: bool,
    columns: &'a [(&'a str, &'a str)],
    /// The widest content of each column so far.
    widths: Vec<u16>,
    is_begun: bool,
    is_closed: bool,
}

impl<'a> Rows<'a> {
    pub(super) const fn of(is_json: bool, columns: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            is_json,
            columns,
            widths: Vec::new(),
            is_begun: false,
            is_closed: false,
        }
    }

    /// Prints more rows.
    ///
    /// # Errors
    ///
    /// [`CommandError`] if they cannot be written.
    pub fn print(&mut self, items: &[Value]) -> Result<(), CommandError> {
        if items.is_empty() {
            return Ok(());
        }
        match self.is_json {
            true => items.iter().try_for_each(|item| self.item(item)),
            false => self.table(items),
        }
    }

    /// Returns true if nobody reads any more: the reader has closed the pipe.
    pub const fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Prints what is behind the last row.
    ///
    /// # Errors
    ///
    /// [`CommandError`] if it cannot be written.
    pub fn end(mut self) -> Result<(), CommandError> {
        match (self.is_json, self.is_begun) {
            (true, true) => self.write("\n]\n"),
            (true, false) => self.write("[]\n"),
            (false, true) => Ok(()),
            // the headings alone
            (false, false) => self.table(&[]),
        }
    }

    /// One element of the document, as it would be written at once.
    fn item(&mut self, item: &Value) -> Result<(), CommandError> {
        let text =
            serde_json::to_string_pretty(item).map_err(|e| CommandError::failed(e.to_string()))?;
        let text = printable_json(&text).replace('\n', "\n  ");
        let before = if self.is_begun { ",\n  " } else { "[\n  " };
        self.is_begun = true;
        self.write(&format!("{before}{text}"))
    }

    /// A table of these rows, whose columns are as wide as those above.
    fn table(&mut self, items: &[Value]) -> Result<(), CommandError> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if !self.is_begun {
            table.set_header(self.columns.iter().map(|(heading, _)| *heading));
        }
        for item in items {
            let cells = self.columns.iter();
            table.add_row(cells.map(|(_, member)| cell(member, &item[*member])));
        }
        self.widen(&table.column_max_content_widths());
        for (column, width) in table.column_iter_mut().zip(&self.widths) {
            let width = Width::Fixed(width.saturating_add(PADDING));
            column.set_constraint(ColumnConstraint::Absolute(width));
        }
        self.is_begun = true;
        self.write(&format!("{}\n", table.trim_fmt()))
    }

    fn widen(&mut self, widths: &[u16]) {
        self.widths.resize(widths.len(), 0);
        for (known, width) in self.widths.iter_mut().zip(widths) {
            *known = (*known).max(*width);
        }
    }

    fn write(&mut self, text: &str) -> Result<(), CommandError> {
        if self.is_closed {
            return Ok(());
        }
        match io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            other => Ok(other?),
        }
    }
}

/// Left and right of a cell.
const PADDING: u16 = 2;
