//! Problems of a configuration, shown where they were written.

mod source;

pub use self::source::{MASK, Source};

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

    /// The same facts for a program.
    pub fn to_json(&self) -> Value {
        json!({ "problems": self.rows() })
    }

    /// Returns an object for each problem: message, help, and line and column counted from 1.
    #[must_use]
    pub fn rows(&self) -> Vec<Value> {
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
        rows.collect()
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

fn merge(row: &mut Value, more: Value) {
    if let (Value::Object(row), Value::Object(more)) = (row, more) {
        row.extend(more);
    }
}
