//! The given configuration: the file, with the environment and the flags laid over it.

use std::{
    collections::BTreeMap,
    fmt, io,
    ops::Range,
    path::{Path, PathBuf},
};

use crate::{
    document::{self, Entry},
    overlay::{self, Flag},
    problem::{Problem, Problems, Source, Span},
    reader,
    registry::Registry,
    shape,
};

/// Everything that a configuration is made from.
pub struct Inputs<'a> {
    /// The file that a flag names.
    pub file: Option<PathBuf>,
    /// The flags that set keys.
    pub flags: Vec<Flag>,
    /// The environment variables.
    pub variables: &'a BTreeMap<String, String>,
    /// The directory that relative paths start from.
    pub working_directory: PathBuf,
    /// Reads a file as UTF-8 text.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
}

/// Everything that was given, and what is wrong with its form.
#[derive(Debug)]
pub struct RawConfig {
    /// The document.
    pub root: Vec<Entry>,
    /// The file, to show lines of it.
    pub source: Source,
    /// The name of the file that was read; `None` if there is no file.
    pub file: Option<PathBuf>,
    /// The directory that files are relative to.
    pub directory: PathBuf,
    /// The problems of its form.
    pub problems: Vec<Problem>,
    /// Remarks for its reader, in sentences.
    pub warnings: Vec<String>,
    /// True if the whole file was understood.
    pub whole: bool,
}

impl fmt::Debug for Inputs<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // the environment holds secrets
        let mut debug = formatter.debug_struct("Inputs");
        debug.field("file", &self.file).finish_non_exhaustive()
    }
}

impl RawConfig {
    /// Reads the file and lays the rest over it.
    ///
    /// # Errors
    ///
    /// [`Problems`] if the file cannot be read.
    pub fn read(registry: &Registry, inputs: &Inputs<'_>) -> Result<Self, Problems> {
        let GivenFile {
            name,
            mut source,
            directory,
        } = file(registry, inputs)?;
        let (mut root, broken) = document::parse(source.text());
        for (span, text) in shape::secrets(registry, &root) {
            source.hide_text(span, text);
        }
        let mut problems = syntax(registry, &mut source, &broken);
        let laid = overlay::environment(registry, &mut root, inputs.variables);
        problems.extend(laid.problems);
        for flag in &inputs.flags {
            overlay::flag(registry, &mut root, flag);
        }
        // a line that was not understood is blamed once; what was made up for a value has no place
        let lines: Vec<_> = broken
            .iter()
            .map(|(span, _)| source.line(span.start))
            .collect();
        let known = |problem: &Problem| {
            let is_made_up = !broken.is_empty() && problem.is_within(&(0..0));
            is_made_up || lines.iter().any(|line| problem.is_within(line))
        };
        problems.extend(
            shape::check(registry, &root, broken.is_empty())
                .into_iter()
                .filter(|problem| !known(problem)),
        );
        Ok(Self {
            root,
            source,
            file: name,
            directory,
            problems,
            warnings: laid.warnings,
            whole: broken.is_empty(),
        })
    }
}

/// The file, which may be missing if it is not named.
struct GivenFile {
    name: Option<PathBuf>,
    source: Source,
    directory: PathBuf,
}

fn file(registry: &Registry, inputs: &Inputs<'_>) -> Result<GivenFile, Problems> {
    let variable = registry.file_variable;
    let variable = variable.and_then(|name| inputs.variables.get(name));
    let variable = variable.filter(|name| !name.is_empty()).map(PathBuf::from);
    let named = inputs.file.clone().or(variable);
    let name = named.as_deref().unwrap_or(Path::new(registry.file));
    let path = inputs.working_directory.join(name);
    let shown = name.display().to_string();
    let text = match (inputs.read)(&path) {
        Ok(text) => Some(text),
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(unreadable(&shown, &error)),
    };
    let directory = path.parent().unwrap_or(&inputs.working_directory);
    Ok(GivenFile {
        name: text.is_some().then(|| name.to_owned()),
        source: Source::new(shown, text.as_deref().unwrap_or_default()),
        directory: directory.to_owned(),
    })
}

fn unreadable(shown: &str, error: &io::Error) -> Problems {
    let message = format!("cannot read {shown}: {}", reader::cause(error));
    let problem = Problem::new(&Span::Default, message);
    Problems::new(Source::default(), vec![problem])
}

/// A line that cannot be parsed is not shown if it may hold a secret, or a part of one that began before.
fn syntax(
    registry: &Registry,
    source: &mut Source,
    broken: &[(Range<usize>, String)],
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (span, message) in broken {
        let line = source.line(span.start);
        let text = source.slice(&line);
        let above = source.slice(&(0..line.start));
        let is_open = |quotes| above.matches(quotes).count() % 2 == 1;
        let is_in_text = is_open("\"\"\"") || is_open("'''");
        let begins_here = text.contains('=') || text.trim_start().starts_with('[');
        let begins_here = begins_here && !is_in_text;
        let before = if begins_here { line.start } else { 0 };
        if names_secret(registry, source.slice(&(before..line.end))) {
            source.hide(line);
        }
        problems.push(Problem::new(&Span::File(span.clone()), message.clone()));
    }
    problems
}

/// Returns true if a key of a secret, or one that is not known, is in a text that is not understood.
fn names_secret(registry: &Registry, text: &str) -> bool {
    let is_between = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    let mut words = text.split(is_between);
    let mut values = text.split('=');
    values.next_back();
    let mut keys = values.filter_map(|before| before.trim_end().rsplit(is_between).next());
    words.any(|word| word.len() > 1 && shape::may_hold_secret(registry, word))
        || keys.any(|key| !key.is_empty() && !shape::is_like_a_key(registry, key))
}

#[cfg(test)]
mod tests;
