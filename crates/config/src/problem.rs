//! Problems of a configuration, shown where they were written.

use std::{fmt, ops::Range};

use serde_json::{Value, json};

/// The source of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Span {
    /// In the configuration file, as a range of bytes.
    File(Range<usize>),
    /// In this environment variable.
    Environment(String),
    /// With this flag.
    Flag(&'static str),
    /// Nowhere: it is the default.
    Default,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    message: String,
    place: Span,
    help: Option<String>,
    hidden: Vec<Range<usize>>,
}

impl Problem {
    /// States what is wrong with what was given at `place`.
    pub fn new(place: &Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: place.clone(),
            help: None,
            hidden: Vec::new(),
        }
    }

    /// Keeps ranges of the file from being shown with it, or with any other problem.
    #[must_use]
    pub fn hiding(mut self, hidden: Vec<Range<usize>>) -> Self {
        self.hidden = hidden;
        self
    }

    /// The place that the problem is about.
    #[must_use]
    pub fn place(&self) -> &Span {
        &self.place
    }

    /// The message and the help on one line, for a problem whose place is said otherwise.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.help {
            Some(help) => format!("{} ({help})", self.message),
            None => self.message.clone(),
        }
    }

    /// Returns true if it is about something in this range of the file.
    pub fn is_within(&self, range: &Range<usize>) -> bool {
        matches!(&self.place, Span::File(span) if range.start <= span.start && span.start <= range.end)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Problems {
    source: Box<Source>,
    problems: Vec<Problem>,
}

impl Problems {
    /// Sorts `problems` by place. No secret of the file is in their messages.
    #[must_use]
    pub fn new(mut source: Source, mut problems: Vec<Problem>) -> Self {
        for problem in &mut problems {
            problem.message = source.without_secrets(&problem.message);
            problem.help = problem
                .help
                .take()
                .map(|help| source.without_secrets(&help));
        }
        let hidden = problems.iter().flat_map(|problem| &problem.hidden);
        source.secrets.extend(hidden.cloned());
        problems.sort_by_key(|problem| match &problem.place {
            Span::File(span) => (0, span.start),
            _ => (1, 0),
        });
        problems.dedup();
        Self {
            source: Box::new(source),
            problems,
        }
    }

    /// The same facts for a program: message, help, and line and column counted from 1.
    pub fn to_json(&self) -> Value {
        let rows = self.problems.iter().map(|problem| {
            let mut row = json!({ "message": problem.message, "help": problem.help });
            let place = match &problem.place {
                Span::File(span) => {
                    let (line, column) = self.source.position(span.start);
                    json!({ "file": self.source.name, "line": line, "column": column })
                }
                Span::Environment(name) => json!({ "environment": name }),
                Span::Flag(name) => json!({ "flag": name }),
                Span::Default => json!({}),
            };
            merge(&mut row, place);
            row
        });
        json!({ "problems": rows.collect::<Vec<_>>() })
    }
}

impl std::error::Error for Problems {}

impl fmt::Debug for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                writeln!(f, "\n")?;
            }
            write!(f, "error: {}", problem.message)?;
            let gutter = match &problem.place {
                Span::File(span) => self.source.show(f, span)?,
                Span::Environment(name) => {
                    write!(f, "\n --> environment variable {name}").map(|()| 1)?
                }
                Span::Flag(name) => write!(f, "\n --> flag {name}").map(|()| 1)?,
                Span::Default => 1,
            };
            if let Some(help) = &problem.help {
                write!(f, "\n{:gutter$} = help: {help}", "")?;
            }
        }
        Ok(())
    }
}

/// The configuration file, for showing lines of it. Secrets in it are not shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
    secrets: Vec<Range<usize>>,
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
    fn without_secrets(&self, message: &str) -> String {
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
    fn position(&self, at: usize) -> (usize, usize) {
        let at = self.boundary(at);
        let column = self.slice(&(self.line(at).start..at)).chars().count() + 1;
        (self.line_number(at).max(1), column)
    }

    /// Shows the line of `span` with carets below it; returns the width of the line number.
    fn show(&self, f: &mut fmt::Formatter<'_>, span: &Range<usize>) -> Result<usize, fmt::Error> {
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

fn merge(row: &mut Value, more: Value) {
    if let (Value::Object(row), Value::Object(more)) = (row, more) {
        row.extend(more);
    }
}
