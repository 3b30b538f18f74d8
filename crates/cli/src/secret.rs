//! Secret arguments: text, `@FILE`, `-` or `env:NAME`, so that none has to stand in a process list.

use std::io::{self, BufRead, IsTerminal, Read};

use airside_jose::base64url;
use airside_oauth::key::{entropy::Random, secret::Secret};
use airside_server::clock::SystemRandom;

use crate::exit::CommandError;

/// Reads a secret argument.
pub fn read(argument: &str) -> Result<Secret, CommandError> {
    let text = if argument == "-" {
        let mut text = String::new();
        io::stdin()
            .lock()
            .take(MAX_BYTES)
            .read_to_string(&mut text)?;
        text
    } else if let Some(path) = argument.strip_prefix('@') {
        read_file(path)?
    } else if let Some(name) = argument.strip_prefix("env:") {
        std::env::var(name).map_err(|_| {
            CommandError::usage(format!("the environment variable `{name}` is not set"))
        })?
    } else {
        return Ok(Secret::new(argument));
    };
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

fn read_file(path: &str) -> Result<String, CommandError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| CommandError::usage(format!("cannot read `{path}`: {error}")))?;
    match text.trim().is_empty() {
        true => Err(CommandError::usage(format!("the file `{path}` is empty"))),
        false => Ok(text),
    }
}

/// Draws 32 random bytes, in base64url.
pub fn random() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    base64url::encode(bytes)
}

/// Reads a new password: the argument, or asked for twice on a terminal, or a line of standard
/// input.
pub fn new_password(argument: Option<&str>) -> Result<Secret, CommandError> {
    if let Some(argument) = argument {
        return read(argument);
    }
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().lock().take(MAX_BYTES).read_line(&mut line)?;
        return Ok(Secret::new(line.trim_end_matches(['\r', '\n'])));
    }
    let first = rpassword::prompt_password("New password: ")?;
    let second = rpassword::prompt_password("The same again: ")?;
    if first != second {
        return Err(CommandError::usage("the two passwords differ"));
    }
    Ok(Secret::new(first))
}

const MAX_BYTES: u64 = 64 * 1024;
