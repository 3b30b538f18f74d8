//! The figures as a table in Markdown: each line is printed as soon as it is known.

use std::io::{self, Write};

/// A table that is being printed.
pub struct Table {
    operation: String,
    store: &'static str,
}

impl Table {
    /// Prints the head.
    pub fn begin() -> anyhow::Result<Self> {
        write!(io::stdout(), "{HEAD}")?;
        Ok(Self {
            operation: String::new(),
            store: "",
        })
    }

    /// Names what the next lines belong to.
    pub fn section(&mut self, operation: String, store: &'static str) {
        (self.operation, self.store) = (operation, store);
    }

    /// Prints one figure.
    pub fn line(&self, what: impl AsRef<str>, figure: impl AsRef<str>) -> anyhow::Result<()> {
        let (operation, store) = (&self.operation, self.store);
        let (what, figure) = (what.as_ref(), figure.as_ref());
        writeln!(
            io::stdout(),
            "| {operation} | {store} | {what} | {figure} |"
        )?;
        Ok(())
    }
}

const HEAD: &str = "\
| operation | store | what | figure |
|---|---|---|--:|
";
