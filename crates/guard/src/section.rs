//! Reading the sections of `guard.toml`.

use std::{fs, path::PathBuf};

use airside_config::{
    Entry, Problem, RawConfig, Reader, SecretRules, Section, Span, Table,
    key::{KeyOf, Optional},
    value::Hidden,
};
use airside_net::{
    PemContents,
    private::{ExposedError, require_mounted, require_secret, require_unchanged},
};

/// A document whose form has been checked, and the problems so far.
pub(crate) struct SectionReader<'a> {
    root: &'a [Entry],
    reader: Reader<'a>,
    /// True if files of secrets may be readable by other accounts of the machine.
    may_be_open: bool,
}

impl<'a> SectionReader<'a> {
    pub(crate) fn new(given: &'a RawConfig, variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            root: &given.root,
            may_be_open: false,
            reader: Reader {
                source: &given.source,
                base: given.directory.clone(),
                rules: SecretRules {
                    may_be_literal: false,
                    least_characters: MIN_SECRET,
                },
                read: &|path| fs::read_to_string(path),
                variable,
                secret_files: Vec::new(),
                problems: given.problems.clone(),
            },
        }
    }

    /// Skips the check of other accounts' rights on files of secrets.
    pub(crate) fn allow_open_files(&mut self) {
        self.may_be_open = true;
    }

    /// Returns every problem, including those of the files of secrets.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        for file in std::mem::take(&mut self.reader.secret_files) {
            self.require(&file.key, &file.place, require_mounted(&file.path));
        }
        self.reader.problems
    }

    /// Returns the table of a section; empty if it is missing.
    pub(crate) fn table<S: Section>(&self) -> Table<'a, S> {
        Table::of(self.root)
    }

    /// Returns the table of a section, if it is there.
    pub(crate) fn section<S: Section>(&self) -> Option<Table<'a, S>> {
        Table::<S>::is_in(self.root).then(|| self.table())
    }

    /// Returns the tables of a repeated section.
    pub(crate) fn sections<S: Section>(&self) -> Vec<Table<'a, S>> {
        Table::each(self.root)
    }

    /// Returns the position of a value, as in `guard.toml:7:9`.
    pub(crate) fn position_of(&self, place: &Span) -> String {
        match place {
            Span::File(span) => self.reader.source.position_of(span),
            _ => String::new(),
        }
    }

    /// Returns a path below the directory of the configuration.
    pub(crate) fn path(&self, text: &str) -> PathBuf {
        self.reader.path(text)
    }

    /// Notes a problem.
    pub(crate) fn refuse(&mut self, problem: Problem) {
        self.reader.refuse(problem);
    }

    /// Returns the number of problems.
    pub(crate) fn problems(&self) -> usize {
        self.reader.problems.len()
    }

    /// Returns the text of the file that a key names.
    pub(crate) fn file<S: Section>(
        &mut self,
        table: &Table<'_, S>,
        key: &Optional<S, String>,
    ) -> Option<String> {
        let name = table.find(key)?;
        self.reader.file(&table.path(key), table.node(key)?, &name)
    }

    /// Returns the path of the PEM file that a key names, which must have these contents.
    pub(crate) fn pem_file<S: Section>(
        &mut self,
        table: &Table<'_, S>,
        key: &Optional<S, String>,
        contents: PemContents,
    ) -> Option<PathBuf> {
        let (path, node) = (table.path(key), table.node(key)?);
        let check = |pem: &str| contents.check(pem.as_bytes());
        self.reader.checked_file(&path, node, check)
    }

    /// Returns a secret that must be hard to guess.
    pub(crate) fn secret<S: Section>(
        &mut self,
        table: &Table<'_, S>,
        key: &Optional<S, Hidden>,
    ) -> Option<String> {
        let hidden = table.find(key)?;
        let secret = self
            .reader
            .machine_secret(&table.path(key), hidden.node())?;
        Some(secret.expose().to_owned())
    }

    /// Returns a secret of any length.
    pub(crate) fn hidden<S: Section>(
        &mut self,
        table: &Table<'_, S>,
        key: &Optional<S, Hidden>,
    ) -> Option<String> {
        let hidden = table.find(key)?;
        let secret = self.reader.secret(&table.path(key), hidden.node())?;
        Some(secret.expose().to_owned())
    }

    /// Requires that no other account can read a file, unless that is allowed.
    pub(crate) fn require_secret_file<S: Section, T>(
        &mut self,
        table: &Table<'_, S>,
        key: &impl KeyOf<S, T>,
        path: &std::path::Path,
    ) {
        self.require(&table.path(key), &table.place(key), require_secret(path));
    }

    /// Requires that no other account can change a file, which could replace keys that are trusted.
    pub(crate) fn require_unchanged_file<S: Section, T>(
        &mut self,
        table: &Table<'_, S>,
        key: &impl KeyOf<S, T>,
        path: &std::path::Path,
    ) {
        if let Err(exposed) = require_unchanged(path) {
            let message = format!("`{}`: {exposed}", table.path(key));
            self.refuse(Problem::new(&table.place(key), message));
        }
    }

    fn require(&mut self, key: &str, place: &Span, kept: Result<(), ExposedError>) {
        match kept {
            Err(exposed) if !self.may_be_open => {
                self.refuse(Problem::new(place, format!("`{key}`: {exposed}")));
            }
            _ => {}
        }
    }
}

const MIN_SECRET: usize = 20;
