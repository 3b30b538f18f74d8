//! Repository checks: `cargo xtask deps`, `cargo xtask spec [--check]`, `cargo xtask hygiene`.
//!
//! | module | checks |
//! |---|---|
//! | [`deps`] | which crate may depend on which, and what must not be in the binary |
//! | [`spec`] | which rule of a specification is decided where, and which tests carry it |
//! | [`attack`] | which attack is tried by which tests |
//! | [`citation`] | how a comment cites a rule, an attack or a decision |
//! | [`hygiene`] | what must not be left in a file, and documents that must be there |
//! | `license`, `source`, `process` | licences of packages; the Rust files of the workspace; other programs |

mod attack;
mod citation;
mod deps;
mod hygiene;
mod license;
mod process;
mod source;
mod spec;

use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> anyhow::Result<()> {
    let root = root()?;
    let said = match arguments {
        ["deps"] => deps::check(&root)?,
        ["spec"] => format!("{}\n{}", spec::write(&root)?, attack::write(&root)?),
        ["spec", "--check"] => format!("{}\n{}", spec::check(&root)?, attack::check(&root)?),
        ["hygiene"] => hygiene::check(&root)?,
        _ => bail!("usage: cargo xtask deps | spec [--check] | hygiene"),
    };
    writeln!(io::stdout(), "{said}")?;
    Ok(())
}

fn root() -> anyhow::Result<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(crates
        .and_then(Path::parent)
        .context("the workspace has no root")?
        .to_owned())
}
