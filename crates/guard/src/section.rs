//! What the parts of the guard read their sections with.

use std::{fs, path::PathBuf};

use airside_config::{
    Entry, Problem, RawConfig, Reader, SecretRules, Section, Span, Table,
    key::{KeyOf, Optional},
    value::Hidden,
};
use airside_net::private::{ExposedError, require_mounted, require_secret, require_unchanged};

/// A document that has been checked for its form, and the problems found so far.
pub(crate) struct SectionReader<'a> {
    root: &'a [Entry],
    reader: Reader<'a>,
    /// Whether files of secrets may be open to other accounts of the machine.
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

    /// Does not look at the rights that other accounts of the machine have on files of secrets.
    pub(crate) fn allow_open_files(&mut self) {
        self.may_be_open = true;
    }

    /// Every problem, those of the files of secrets too.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        for file in std::mem::take(&mut self.reader.secret_files) {
            self.require(&file.key, &file.place, require_mounted(&file.path));
        }
        self.reader.problems
    }

    /// The table of a section; empty if it is not there.
    pub(crate) fn table<S: Section>(&self) -> Table<'a, S> {
        Table::of(self.root)
    }

    /// The table of a section, if it is there.
    pub(crate) fn section<S: Section>(&self) -> Option<Table<'a, S>> {
        Table::<S>::is_in(self.root).then(|| self.table())
    }

    /// The tables of a section that is repeated.
    pub(crate) fn sections<S: Section>(&self) -> Vec<Table<'a, S>> {
        Table::each(self.root)
    }

    /// `guard.toml:7:9`, which names one value of the file.
    pub(crate) fn position_of(&self, place: &Span) -> String {
        match place {
            Span::File(span) => self.reader.source.position_of(span),
            _ => String::new(),
        }
    }

    /// A path below the directory of the configuration.
    pub(crate) fn path(&self, text: &str) -> PathBuf {
        self.reader.path(text)
    }

    /// Notes a problem.
    pub(crate) fn refuse(&mut self, problem: Problem) {
        self.reader.refuse(problem);
    }

    /// How many problems there are.
    pub(crate) fn problems(&self) -> usize {
        self.reader.problems.len()
    }

    /// The text of the file that a key names.
    pub(crate) fn file<S: Section>(
        &mut self,
        table: &Table<'_, S>,
        key: &Optional<S, String>,
    ) -> Option<String> {
        let name = table.find(key)?;
        self.reader.file(&table.path(key), table.node(key)?, &name)
    }

    /// A secret that must be hard to guess.
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

    /// A text that must not stand in the configuration.
    pub(crate) fn hidden<S: Section>(
        &mut self,
        table: &Table<'_, S>,
        key: &Optional<S, Hidden>,
    ) -> Option<String> {
        let hidden = table.find(key)?;
        let secret = self.reader.secret(&table.path(key), hidden.node())?;
        Some(secret.expose().to_owned())
    }

    /// Requires that no other account reads a file, unless it may.
    pub(crate) fn require_secret_file<S: Section, T>(
        &mut self,
        table: &Table<'_, S>,
        key: &impl KeyOf<S, T>,
        path: &std::path::Path,
    ) {
        self.require(&table.path(key), &table.place(key), require_secret(path));
    }

    /// Requires that no other account changes a file: whoever may makes keys that are believed.
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
