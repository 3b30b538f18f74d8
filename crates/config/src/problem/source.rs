//! The configuration file, for showing lines of it.

use std::{fmt, ops::Range};

/// The configuration file, for showing lines of it. Secrets in it are not shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Source {
    pub(super) name: String,
    text: String,
    line_starts: Vec<usize>,
    pub(super) secrets: Vec<Range<usize>>,
    /// The text of some of them.
    secret_texts: Vec<String>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// A file called `name`, without its byte order mark.
    pub fn new(name: String, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        Self {
            name,
            line_starts: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
            text,
            secrets: Vec::new(),
            secret_texts: Vec::new(),
        }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a range; empty outside.
    pub fn slice(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Keeps a range from being shown.
    pub fn hide(&mut self, span: Range<usize>) {
        self.secrets.push(span);
    }

    /// Keeps a string from being shown, and from being quoted.
    pub fn hide_text(&mut self, span: Range<usize>, text: &str) {
        self.secrets.push(span);
        self.secret_texts.push(text.to_owned());
    }

    /// A message that quotes no secret of the file.
    pub(super) fn without_secrets(&self, message: &str) -> String {
        let quoted = |text: &str| format!("`{text}`");
        let texts = self.secret_texts.iter();
        texts.fold(message.to_owned(), |message, text| {
            message.replace(&quoted(text), &quoted(MASK))
        })
    }

    /// `name:line`, to say where a value comes from.
    pub fn line_of(&self, span: &Range<usize>) -> String {
        format!("{}:{}", self.name, self.position(span.start).0)
    }

    /// `name:line:column`, which names one value.
    #[must_use]
    pub fn position_of(&self, span: &Range<usize>) -> String {
        let (line, column) = self.position(span.start);
        format!("{}:{line}:{column}", self.name)
    }

    /// The line that holds `at`, as a range of bytes.
    pub fn line(&self, at: usize) -> Range<usize> {
        let start = self.line_number(at).checked_sub(1);
        let start = start.and_then(|line| self.line_starts.get(line).copied());
        let start = start.unwrap_or(0);
        let length = self.slice(&(start..self.text.len())).find('\n');
        start..length.map_or(self.text.len(), |length| start + length)
    }

    /// The number of the line that holds `at`, counted from 1.
    fn line_number(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at)
    }

    /// Line and column of a byte, counted from 1, columns in characters.
    pub(super) fn position(&self, at: usize) -> (usize, usize) {
        let at = self.boundary(at);
        let column = self.slice(&(self.line(at).start..at)).chars().count() + 1;
        (self.line_number(at).max(1), column)
    }

    /// Shows the line of `span` with carets below it; returns the width of the line number.
    pub(super) fn show(
        &self,
        f: &mut fmt::Formatter<'_>,
        span: &Range<usize>,
    ) -> Result<usize, fmt::Error> {
        let (line, column) = self.position(span.start);
        let gutter = line.to_string().len();
        write!(f, "\n{:gutter$}--> {}:{line}:{column}", "", self.name)?;
        let (text, before, under) = self.masked(span);
        if !text.is_empty() {
            write!(f, "\n{:gutter$} |\n{line} | {text}\n{:gutter$} | ", "", "")?;
            write!(f, "{:before$}{:^<under$}", "", "")?;
        }
        Ok(gutter)
    }

    /// The line without its secrets, the width before the carets and that of the carets.
    fn masked(&self, span: &Range<usize>) -> (String, usize, usize) {
        let line = self.line(self.boundary(span.start));
        let (mut shown, mut before, mut until) = (String::new(), 0, 0);
        let mut masking = false;
        for (offset, c) in self.slice(&line).char_indices() {
            let at = line.start + offset;
            let secret = self.secrets.iter().any(|secret| secret.contains(&at));
            let width = shown.chars().count();
            before = if at <= span.start { width } else { before };
            match (secret, masking) {
                (true, true) => {}
                (true, false) => shown.push_str(MASK),
                (false, _) => shown.push(if c.is_control() { ' ' } else { c }),
            }
            masking = secret;
            until = if at < span.end {
                shown.chars().count()
            } else {
                until
            };
        }
        if line.end <= span.start {
            before = shown.chars().count();
        }
        let under = until.saturating_sub(before).max(1);
        (shown.trim_end().to_owned(), before, under)
    }

    fn boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// The text shown in place of a secret.
pub const MASK: &str = "(secret)";
