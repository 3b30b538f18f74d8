//! Runs other programs, and fails with what is wrong.

use std::{path::Path, process::Command};

use anyhow::{Context, ensure};

/// Runs a program in `root` and returns what it printed.
pub(crate) fn output(root: &Path, program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new(program);
    let output = command.current_dir(root).args(arguments).output();
    let output = output.with_context(|| format!("cannot run `{program}`"))?;
    let problem = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "`{program} {}` failed: {problem}",
        arguments.join(" ")
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Fails with one line a problem, if there is any.
pub(crate) fn refuse(what: &str, problems: &[String]) -> anyhow::Result<()> {
    ensure!(problems.is_empty(), "{what}:\n  {}", problems.join("\n  "));
    Ok(())
}
