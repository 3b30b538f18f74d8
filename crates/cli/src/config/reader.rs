//! What the rules share: the inputs, and the problems found so far.

use std::{io, path::PathBuf};

use airside_oauth::secret::Secret;
use airside_server::settings::Mode;

use super::{
    Inputs,
    document::Node,
    problem::{Place, Problem, Source},
    value::{self, SecretAt},
};

/// Reads files and variables for the rules, and collects what they find.
pub struct Reader<'a> {
    /// Everything from outside.
    pub inputs: &'a Inputs<'a>,
    /// The configuration file.
    pub source: &'a Source,
    /// The directory that files are relative to.
    pub base: PathBuf,
    /// Whether this is a developer's machine.
    pub mode: Mode,
    /// The files in which secrets were.
    pub secret_files: Vec<PathBuf>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Reader<'_> {
    /// Notes a problem.
    pub fn refuse(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Notes that a value is given a second time.
    pub fn refuse_double(&mut self, what: &str, first: &Place, second: &Place) {
        let problem = Problem::new(second, format!("{what} is declared twice"));
        self.problems.push(match first {
            Place::File(span) => {
                problem.help(format!("it was first at {}", self.source.line_of(span)))
            }
            _ => problem,
        });
    }

    /// Makes a path absolute: files are relative to the configuration file.
    pub fn path(&self, text: &str) -> PathBuf {
        self.base.join(text)
    }

    /// Reads the text of a file; the problem points at the value that names it.
    pub fn file(&mut self, path: &str, node: &Node, name: &str) -> Option<String> {
        match (self.inputs.read)(&self.path(name)) {
            Ok(text) => Some(text),
            Err(error) => {
                let message = format!("`{path}` cannot be read: {}", cause(&error));
                let full = self.path(name);
                self.refuse(
                    Problem::new(&node.place, message)
                        .help(format!("looked for {}", full.display())),
                );
                None
            }
        }
    }

    /// Finds a secret. Off development mode it must not be written in the file.
    ///
    /// A file's last line break is not part of the secret.
    pub fn secret(&mut self, path: &str, node: &Node) -> Option<Secret> {
        let text = match value::secret(node).ok()? {
            SecretAt::Literal(literal) => self.literal(path, node, literal)?,
            SecretAt::Environment(node, name) => self.variable(path, node, name)?,
            SecretAt::File(node, name) => {
                let text = self.file(path, node, name)?;
                self.secret_files.push(self.path(name));
                let line = text.strip_suffix('\n').unwrap_or(&text);
                line.strip_suffix('\r').unwrap_or(line).to_owned()
            }
        };
        if text.is_empty() {
            self.refuse(Problem::new(&node.place, format!("`{path}` is empty")));
            return None;
        }
        Some(Secret::new(text))
    }

    /// Finds a secret that a machine sends: off development mode 32 characters or more.
    pub fn machine_secret(&mut self, path: &str, node: &Node) -> Option<Secret> {
        let secret = self.secret(path, node)?;
        let characters = secret.expose().chars().count();
        if self.mode == Mode::Production && characters < LEAST_SECRET {
            let message = format!(
                "`{path}` has {characters} characters, but must have {LEAST_SECRET} or more"
            );
            self.refuse(Problem::new(&node.place, message).help(MAKE_SECRET));
        }
        Some(secret)
    }

    fn literal(&mut self, path: &str, node: &Node, literal: &str) -> Option<String> {
        let in_file = matches!(node.place, Place::File(_));
        if in_file && self.mode == Mode::Production {
            let message = format!("`{path}` is written in the file, which is for development only");
            let help = "write `{ env = \"NAME\" }` or `{ file = \"PATH\" }`";
            self.refuse(Problem::new(&node.place, message).help(help));
            return None;
        }
        Some(literal.to_owned())
    }

    fn variable(&mut self, path: &str, node: &Node, name: &str) -> Option<String> {
        let value = self.inputs.environment.get(name).cloned();
        if value.is_none() {
            let message = format!("environment variable `{name}` is not set");
            let help = format!("`{path}` is read from it");
            self.refuse(Problem::new(&node.place, message).help(help));
        }
        value
    }
}

/// Says why a file cannot be read.
pub fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// In characters; also in bytes the least that HS256 takes (RFC 7518 §3.2).
pub const LEAST_SECRET: usize = 32;
/// How to make a secret.
pub const MAKE_SECRET: &str = "make one with `openssl rand -hex 32`";
