//! The error of a value that its key does not take.

use crate::{
    document::Node,
    problem::{Problem, Span},
};

/// A value that its key does not take.
#[derive(Debug)]
pub struct ValueError {
    place: Span,
    message: String,
    help: Option<String>,
}

impl ValueError {
    pub(super) fn new(node: &Node, message: impl Into<String>) -> Self {
        Self {
            place: node.place.clone(),
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The problem, for the key at `path`.
    #[must_use]
    pub fn of(self, path: &str) -> Problem {
        let problem = Problem::new(&self.place, format!("`{path}` {}", self.message));
        match self.help {
            Some(help) => problem.help(help),
            None => problem,
        }
    }
}

/// Returns the error of a value of another kind.
pub(super) fn expected(what: &str, node: &Node) -> ValueError {
    ValueError::new(node, format!("must be {what}, not {}", node.kind()))
}
