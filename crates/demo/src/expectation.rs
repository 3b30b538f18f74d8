//! Expectations of answers: one that is not met ends the demonstration.

use std::fmt::Display;

use airside_client::Answer;
use anyhow::{Context, Result, ensure};
use http::StatusCode;

/// Expects two values to be equal.
pub fn same<T: PartialEq + Display + ?Sized>(what: &str, expected: &T, got: &T) -> Result<()> {
    ensure!(
        expected == got,
        "{what}: expected `{expected}`, got `{got}`"
    );
    Ok(())
}

/// Expects an answer's status.
pub fn status(what: &str, expected: StatusCode, answer: &Answer) -> Result<()> {
    same(what, &expected, &answer.status)
}

/// Expects a text member in a JSON answer.
pub fn member(answer: &Answer, name: &str) -> Result<String> {
    let member = answer.member(name);
    let status = answer.status;
    member.with_context(|| format!("expected `{name}` in the answer, got {status} without it"))
}
