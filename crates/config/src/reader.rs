//! State that the rules share: files and variables, and the problems found so far.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::{
    document::Node,
    problem::{Problem, Source, Span},
    value::{self, SECRET_HELP, SecretAt},
};

/// Reads files and variables for the rules, and collects what they find.
pub struct Reader<'a> {
    /// The configuration file.
    pub source: &'a Source,
    /// The directory that files are relative to.
    pub base: PathBuf,
    /// The requirements for secrets.
    pub rules: SecretRules,
    /// Reads a file as UTF-8 text.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
    /// Reads an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The files in which secrets were.
    pub secret_files: Vec<SecretFile>,
    /// The problems found so far.
    pub problems: Vec<Problem>,
}

/// The requirements for secrets.
#[derive(Clone, Copy, Debug)]
pub struct SecretRules {
    /// True if they may be written in the file.
    pub may_be_literal: bool,
    /// The minimum number of characters of secrets that machines send.
    pub least_characters: usize,
}

/// A file in which a secret was.
#[derive(Clone, Debug)]
pub struct SecretFile {
    /// The location of the value.
    pub path: PathBuf,
    /// The key that names it, as in `feed.client_secret`.
    pub key: String,
    /// The location of the source that it names.
    pub place: Span,
}

/// A secret, which is never shown.
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretText")
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Reader");
        debug.field("base", &self.base).finish_non_exhaustive()
    }
}

impl Reader<'_> {
    /// Notes a problem.
    pub fn refuse(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Notes that a value is given a second time.
    pub fn refuse_double(&mut self, what: &str, first: &Span, second: &Span) {
        let problem = Problem::new(second, format!("{what} is declared twice"));
        self.problems.push(match first {
            Span::File(span) => {
                problem.help(format!("it was first at {}", self.source.line_of(span)))
            }
            _ => problem,
        });
    }

    /// Makes a path absolute: files are relative to the configuration file.
    #[must_use]
    pub fn path(&self, text: &str) -> PathBuf {
        self.base.join(text)
    }

    /// Reads the text of a file; the problem points at the value that names it.
    pub fn file(&mut self, path: &str, node: &Node, name: &str) -> Option<String> {
        match (self.read)(&self.path(name)) {
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

    /// Returns the path of a file whose contents pass a check; the problem points at the value that names
    /// it. The contents may be secret: they are wiped, and only the error of the check is told.
    pub fn checked_file<E: fmt::Display>(
        &mut self,
        path: &str,
        node: &Node,
        check: impl FnOnce(&str) -> Result<(), E>,
    ) -> Option<PathBuf> {
        let name = value::path(node).ok()?;
        let text = Zeroizing::new(self.file(path, node, name)?);
        let file = self.path(name);
        if let Err(error) = check(&text) {
            let problem = Problem::new(&node.place, format!("the file of `{path}` {error}"));
            self.refuse(problem.help(format!("the file is {}", file.display())));
            return None;
        }
        Some(file)
    }

    /// Finds a secret. Line breaks at its end, as editors and `echo` leave them, are not part of it.
    pub fn secret(&mut self, path: &str, node: &Node) -> Option<SecretText> {
        let text = match value::secret(node).ok()? {
            SecretAt::Literal(literal) => self.literal(path, node, literal)?,
            SecretAt::Environment(node, name) => self.secret_variable(path, node, name)?,
            SecretAt::File(node, name) => {
                let text = Zeroizing::new(self.file(path, node, name)?);
                self.secret_files.push(SecretFile {
                    path: self.path(name),
                    key: path.to_owned(),
                    place: node.place.clone(),
                });
                text
            }
        };
        let text = Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned());
        if text.is_empty() {
            self.refuse(Problem::new(&node.place, format!("`{path}` is empty")));
            return None;
        }
        Some(SecretText(text))
    }

    /// Finds a secret that a machine sends, which has as many characters as the rules say.
    pub fn machine_secret(&mut self, path: &str, node: &Node) -> Option<SecretText> {
        let secret = self.secret(path, node)?;
        let characters = secret.expose().chars().count();
        let least = self.rules.least_characters;
        if characters < least {
            let message =
                format!("`{path}` has {characters} characters, but must have {least} or more");
            self.refuse(Problem::new(&node.place, message).help(MAKE_SECRET));
        }
        Some(secret)
    }

    fn literal(&mut self, path: &str, node: &Node, literal: &str) -> Option<Zeroizing<String>> {
        let in_file = matches!(node.place, Span::File(_));
        if in_file && !self.rules.may_be_literal {
            let message = format!("`{path}` is written in the file, which is for development only");
            self.refuse(Problem::new(&node.place, message).help(SECRET_HELP));
            return None;
        }
        Some(Zeroizing::new(literal.to_owned()))
    }

    fn secret_variable(
        &mut self,
        path: &str,
        node: &Node,
        name: &str,
    ) -> Option<Zeroizing<String>> {
        let value = (self.variable)(name).map(Zeroizing::new);
        // what is not a name may be the secret itself
        let shown = match crate::variable::is_name(name) {
            true => format!("environment variable `{name}`"),
            false => "the environment variable".to_owned(),
        };
        let (message, help) = match value {
            Some(value) if !value.is_empty() => return Some(value),
            Some(_) => (
                format!("`{path}` is empty"),
                format!("{shown} is set to nothing"),
            ),
            None => (
                format!("{shown} is not set"),
                format!("`{path}` is read from it"),
            ),
        };
        self.refuse(Problem::new(&node.place, message).help(help));
        None
    }
}

/// Says why a file cannot be read.
#[must_use]
pub fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}

/// The text that tells how to make a secret.
pub const MAKE_SECRET: &str = "make one with `openssl rand -hex 32`";
