//! What was given: the file, with the environment and the flags laid over it.

use std::{io, ops::Range, path::PathBuf};

use super::{
    Inputs,
    document::{self, Entry},
    overlay,
    problem::{Place, Problem, Problems, Source},
    reader, shape,
};

/// Everything that was given, and what is wrong with its form.
pub struct Given {
    /// The document.
    pub root: Vec<Entry>,
    /// The file, to show lines of it.
    pub source: Source,
    /// The directory that files are relative to.
    pub directory: PathBuf,
    /// What is wrong with the form.
    pub problems: Vec<Problem>,
    /// Whether the whole file was understood.
    pub whole: bool,
}

impl Given {
    /// Reads the file and lays the rest over it.
    ///
    /// # Errors
    ///
    /// [`Problems`] if the file cannot be read.
    pub fn read(inputs: &Inputs<'_>) -> Result<Self, Problems> {
        let (mut source, directory) = file(inputs)?;
        let (mut root, broken) = document::parse(source.text());
        for span in shape::secrets(&root) {
            source.hide(span);
        }
        let mut problems = syntax(&mut source, &broken);
        problems.extend(overlay::environment(&mut root, &inputs.environment));
        let flags = &inputs.flags;
        overlay::flag(&mut root, "--data", "data", flags.data.as_deref());
        overlay::flag(&mut root, "--listen", "listen", flags.listen.as_deref());
        overlay::flag(&mut root, "--issuer", "issuer", flags.issuer.as_deref());
        // a line that was not understood is blamed once
        let lines: Vec<_> = broken
            .iter()
            .map(|(span, _)| source.line(span.start))
            .collect();
        let known = |problem: &Problem| lines.iter().any(|line| problem.is_within(line));
        problems.extend(
            shape::check(&root)
                .into_iter()
                .filter(|problem| !known(problem)),
        );
        Ok(Self {
            root,
            source,
            directory,
            problems,
            whole: broken.is_empty(),
        })
    }
}

fn file(inputs: &Inputs<'_>) -> Result<(Source, PathBuf), Problems> {
    let variable = inputs.environment.get("AIRSIDE_CONFIG").map(PathBuf::from);
    let named = inputs.file.clone().or(variable);
    let name = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let path = inputs.working_directory.join(&name);
    let shown = name.display().to_string();
    let text = match (inputs.read)(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let message = format!("cannot read {shown}: {}", reader::cause(&error));
            let problem = Problem::new(&Place::Default, message);
            return Err(Problems::new(Source::default(), vec![problem]));
        }
    };
    let directory = path
        .parent()
        .unwrap_or(&inputs.working_directory)
        .to_owned();
    Ok((Source::new(shown, &text), directory))
}

/// A line that cannot be parsed is not shown if it may hold a secret.
fn syntax(source: &mut Source, broken: &[(Range<usize>, String)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (span, message) in broken {
        let line = source.line(span.start);
        let text = source.slice(&line);
        let plain = text.contains('=') || text.trim_start().starts_with('[');
        let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        if !plain || words.any(|word| word.len() > 1 && shape::may_hold_secret(word)) {
            source.hide(line);
        }
        problems.push(Problem::new(&Place::File(span.clone()), message.clone()));
    }
    problems
}

const DEFAULT_FILE: &str = "airside.toml";
