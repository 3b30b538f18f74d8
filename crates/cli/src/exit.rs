//! The end of a command: a sentence for people and an exit code for scripts.

use std::fmt;

use serde_json::{Value, json};

/// The reason why a command failed.
#[derive(Debug)]
pub struct CommandError {
    /// The process's exit code.
    pub code: Code,
    /// The message for people.
    pub message: String,
}

/// The exit codes; scripts rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// It failed.
    Failed = 1,
    /// The command line or the configuration makes no sense.
    Usage = 2,
    /// The named object does not exist.
    NotFound = 3,
    /// It is not allowed.
    Refused = 4,
    /// It conflicts with an existing object.
    Conflict = 5,
    /// No server answers.
    Unreachable = 6,
    /// A check found problems.
    Problems = 7,
}

impl CommandError {
    /// Makes an error with `code`.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// Makes the error of a command that failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Code::Failed, message)
    }

    /// Makes the error of a wrong command line or configuration.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// Returns the error for programs: a word, the exit code and the sentence.
    pub fn to_json(&self) -> Value {
        let kind = match self.code {
            Code::Failed => "failed",
            Code::Usage => "usage",
            Code::NotFound => "not_found",
            Code::Refused => "refused",
            Code::Conflict => "conflict",
            Code::Unreachable => "unreachable",
            Code::Problems => "problems",
        };
        json!({ "error": { "kind": kind, "exit_code": self.code as u8, "message": self.message } })
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error.to_string())
    }
}
