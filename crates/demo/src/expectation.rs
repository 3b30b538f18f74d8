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

/// Expects `got` to hold.
pub fn holds(what: &str, got: bool) -> Result<()> {
    ensure!(got, "{what}: expected so, got the opposite");
    Ok(())
}

/// Expects an answer's status.
pub fn status(what: &str, expected: StatusCode, answer: &Answer) -> Result<()> {
    same(what, &outcome(expected, None), &outcome_of(answer, None))
}

/// Expects a refusal: its status and its error code.
pub fn refusal(what: &str, status: StatusCode, code: &str, answer: &Answer) -> Result<()> {
    let in_body = answer.error_code();
    let got = in_body.as_deref().or(answer.challenged_error());
    same(what, &outcome(status, Some(code)), &outcome_of(answer, got))
}

/// Expects a text member in a JSON answer.
pub fn member(answer: &Answer, name: &str) -> Result<String> {
    let member = answer.member(name);
    let status = answer.status;
    member.with_context(|| format!("expected `{name}` in the answer, got {status} without it"))
}

fn outcome_of(answer: &Answer, code: Option<&str>) -> String {
    outcome(answer.status, code)
}

fn outcome(status: StatusCode, code: Option<&str>) -> String {
    format!("{} {}", status.as_u16(), code.unwrap_or_default())
        .trim_end()
        .to_owned()
}
