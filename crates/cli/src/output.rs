//! Prints results on standard output, and everything else on standard error.

mod cell;
mod rows;

pub use self::rows::Rows;

use std::{
    io::{self, BufRead, IsTerminal, Read, Write},
    process::ExitCode,
};

use airside_guard::check::{printable, printable_json, printable_lines};
use comfy_table::{Table, presets};
use serde_json::Value;

use self::cell::cell;
use crate::{
    args::{Format, Global},
    exit::CommandError,
    log::{self, stderr_is_terminal},
};

/// The format of what is printed.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    format: Format,
    quiet: bool,
}

impl Output {
    /// Makes the output that the flags ask for.
    pub fn new(global: &Global) -> Self {
        Self {
            format: global.output,
            quiet: global.quiet,
        }
    }

    /// Returns true if results are for programs.
    pub fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// Prints the list `rows` of `columns` (pairs of heading and JSON member), or the JSON itself.
    pub fn list(self, rows: &Value, columns: &[(&str, &str)]) -> Result<(), CommandError> {
        let mut printed = self.rows(columns);
        printed.print(rows.as_array().map_or(&[], Vec::as_slice))?;
        printed.end()
    }

    /// Begins to print rows of `columns` that come one after the other.
    pub fn rows<'a>(self, columns: &'a [(&'a str, &'a str)]) -> Rows<'a> {
        Rows::of(self.is_json(), columns)
    }

    /// Returns where the progress of a long list is told, if somebody watches.
    pub fn progress(self) -> Option<io::Stderr> {
        (!self.quiet && stderr_is_terminal()).then(io::stderr)
    }

    /// Prints the members of one object, one a line, or the JSON itself.
    pub fn object(self, object: &Value) -> Result<(), CommandError> {
        match self.is_json() {
            true => self.json(object),
            false => self.line(&members(object)),
        }
    }

    /// Prints the members of one object on standard error, beside results that are saved to a file.
    pub fn aside(self, object: &Value) {
        log::line(&members(object));
    }

    /// Asks a person on a terminal whether to go on; scripts are not asked.
    ///
    /// # Errors
    ///
    /// [`CommandError`] if the answer is not yes.
    pub fn confirm(self, question: &str) -> Result<(), CommandError> {
        if !io::stdin().is_terminal() || !stderr_is_terminal() {
            return Ok(());
        }
        write!(io::stderr().lock(), "{} [y/N] ", printable(question))?;
        let mut answer = String::new();
        io::stdin().lock().take(100).read_line(&mut answer)?;
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(CommandError::failed("nothing is changed")),
        }
    }

    /// Prints JSON.
    pub fn json(self, value: &Value) -> Result<(), CommandError> {
        let text =
            serde_json::to_string_pretty(value).map_err(|e| CommandError::failed(e.to_string()))?;
        self.line(&printable_json(&text))
    }

    /// Prints a line of results.
    pub fn line(self, text: &str) -> Result<(), CommandError> {
        match writeln!(io::stdout().lock(), "{text}") {
            // the reader of the results has closed the pipe
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }

    /// Says something beside the results.
    pub fn remark(self, text: &str) {
        if !self.quiet {
            log::line(&printable_lines(text));
        }
    }

    /// Says that a server is ready: always, because scripts wait for it.
    pub fn ready(self, address: &str) {
        log::line(&format!("ready: {address}"));
    }

    /// Says why the command failed.
    pub fn failed(self, failure: &CommandError) -> ExitCode {
        if self.is_json() && !failure.message.is_empty() {
            log::line(&printable_json(&failure.to_json().to_string()));
        } else if !failure.message.is_empty() {
            let prefix = if failure.message.starts_with("error") {
                ""
            } else {
                "error: "
            };
            log::line(&printable_lines(&format!("{prefix}{failure}")));
        }
        ExitCode::from(failure.code as u8)
    }
}

/// Renders the members of one object, one a line.
fn members(object: &Value) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for (name, value) in object.as_object().into_iter().flatten() {
        match value.as_object().filter(|members| !members.is_empty()) {
            None => {
                table.add_row([name.clone(), cell(name, value)]);
            }
            Some(members) => {
                for (member, value) in members {
                    let name = format!("{name}.{member}");
                    table.add_row([name.clone(), cell(&name, value)]);
                }
            }
        }
    }
    table.trim_fmt()
}
