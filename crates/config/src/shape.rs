//! Checks a document against the registry: every key is known and has a value it takes.

mod secret;

pub use self::secret::{may_hold_secret, secrets};
use crate::{
    document::{Entry, Node},
    kind::{KeyInfo, Kind, SectionInfo, join},
    nearest::nearest,
    problem::{Problem, Span},
    registry::{Registry, Section},
    table::Table,
    value,
};

/// Says everything that is wrong with the form of a document. If it is not `whole`, a part of it was not
/// understood, and nothing is missing.
#[must_use]
pub fn check(registry: &Registry, root: &[Entry], whole: bool) -> Vec<Problem> {
    let checker = Checker { registry, whole };
    let top = registry.top();
    let wrong = root.iter().flat_map(|entry| checker.top_level(entry));
    wrong
        .chain(checker.missing(top, "", root, &Span::Default))
        .collect()
}

/// Says everything that is wrong with the form of one table.
#[must_use]
pub fn check_table<S: Section>(registry: &Registry, table: &Table<'_, S>) -> Vec<Problem> {
    let checker = Checker {
        registry,
        whole: true,
    };
    checker.table(S::INFO, &table.name, table.entries, &table.place)
}

struct Checker<'a> {
    registry: &'a Registry,
    whole: bool,
}

impl Checker<'_> {
    fn top_level(&self, entry: &Entry) -> Vec<Problem> {
        match self.registry.section(&entry.key) {
            Some(section) if section.name.is_empty() => vec![self.unknown(section, "", entry)],
            Some(section) if section.repeated => self.repeated(section, entry),
            Some(section) => match entry.node.as_table() {
                Some(entries) => self.table(section, section.name, entries, &entry.place),
                None => vec![misplaced(section, &entry.node)],
            },
            None => self.member(self.registry.top(), "", entry),
        }
    }

    fn repeated(&self, section: &'static SectionInfo, entry: &Entry) -> Vec<Problem> {
        let Some(nodes) = entry.node.as_array() else {
            return vec![misplaced(section, &entry.node)];
        };
        let check = |node: &Node| match node.as_table() {
            Some(entries) => self.table(section, section.name, entries, &node.place),
            None => vec![misplaced(section, node)],
        };
        nodes.iter().flat_map(check).collect()
    }

    fn table(
        &self,
        section: &'static SectionInfo,
        name: &str,
        entries: &[Entry],
        place: &Span,
    ) -> Vec<Problem> {
        let wrong = entries.iter();
        let wrong = wrong.flat_map(|entry| self.member(section, name, entry));
        wrong
            .chain(self.missing(section, name, entries, place))
            .collect()
    }

    fn member(&self, section: &'static SectionInfo, name: &str, entry: &Entry) -> Vec<Problem> {
        let Some(key) = section.key(&entry.key) else {
            return vec![self.unknown(section, name, entry)];
        };
        let path = join(name, key.name);
        let wrong = value::check(key.kind, &entry.node).into_iter();
        let wrong = wrong.map(|wrong| wrong.of(&path));
        wrong
            .chain(self.within(key.kind, &path, &entry.node))
            .collect()
    }

    /// The tables within a value.
    fn within(&self, kind: Kind, path: &str, node: &Node) -> Vec<Problem> {
        if matches!(kind, Kind::TableOfTexts) {
            return texts_within(path, node);
        }
        let nodes = match kind {
            Kind::Section(_) => std::slice::from_ref(node),
            Kind::TextsOrTables(_) => node.as_array().unwrap_or_default(),
            _ => &[],
        };
        let Some(section) = kind.section() else {
            return Vec::new();
        };
        let tables = nodes.iter();
        let tables = tables.filter_map(|node| Some((node.as_table()?, &node.place)));
        tables
            .flat_map(|(entries, place)| self.table(section, path, entries, place))
            .collect()
    }

    fn unknown(&self, section: &'static SectionInfo, name: &str, entry: &Entry) -> Problem {
        let table = match self.registry.section(name) {
            Some(top) if top.name.is_empty() => String::new(),
            Some(section) => format!(" in `{}`", section.heading()),
            None => format!(" in `{name}`"),
        };
        let problem = Problem::new(&entry.place, format!("unknown key `{}`{table}", entry.key));
        match self.advice(section, &entry.key) {
            Some(help) => problem.help(help),
            // it could be anything, a secret too
            None => problem.hiding(entry.node.strings()),
        }
    }

    fn advice(&self, section: &'static SectionInfo, name: &str) -> Option<String> {
        let mut retired = self.registry.retired.iter();
        if let Some((.., help)) = retired.find(|one| (one.0, one.1) == (section.name, name)) {
            return Some((*help).to_owned());
        }
        let sections = self.registry.sections;
        let keys = section.keys.iter().map(|key| key.name);
        let tables = sections.iter().map(|section| section.name);
        let tables = tables.filter(|_| section.name.is_empty());
        let home = sections.iter().find(|section| section.key(name).is_some());
        // what is spelt as elsewhere is at the wrong place rather than misspelt
        if let (Some(home), true) = (home, section.name.is_empty()) {
            return Some(belongs(name, home));
        }
        if let Some(known) = nearest(name, keys.chain(tables)) {
            return Some(format!("did you mean `{known}`?"));
        }
        home.map(|home| belongs(name, home))
    }

    /// Names the keys that must be given and are not; one that is misspelt has been named.
    fn missing(
        &self,
        section: &SectionInfo,
        name: &str,
        entries: &[Entry],
        place: &Span,
    ) -> Vec<Problem> {
        let required = section.keys.iter();
        let required = required.filter(|key| key.is_required && self.whole);
        let names = || section.keys.iter().map(|key| key.name);
        let is_given = |key: &KeyInfo, entry: &Entry| match section.key(&entry.key) {
            Some(given) => given.name == key.name,
            None => nearest(&entry.key, names()) == Some(key.name),
        };
        let absent = required.filter(|key| !entries.iter().any(|entry| is_given(key, entry)));
        let message = |key: &KeyInfo| format!("`{}` is missing", join(name, key.name));
        absent
            .map(|key| Problem::new(place, message(key)))
            .collect()
    }
}

/// The entries of a table that are not text.
fn texts_within(path: &str, node: &Node) -> Vec<Problem> {
    let entries = node.as_table().unwrap_or_default().iter();
    let wrong = entries.filter_map(|entry| {
        let wrong = value::text(&entry.node).err()?;
        Some(wrong.of(&join(path, &entry.key)))
    });
    wrong.collect()
}

fn belongs(name: &str, home: &SectionInfo) -> String {
    match home.name {
        "" => format!("`{name}` belongs above the first table"),
        _ => format!("`{name}` belongs in `{}`", home.heading()),
    }
}

fn misplaced(section: &SectionInfo, node: &Node) -> Problem {
    let heading = section.heading();
    let message = format!(
        "`{}` must be written `{heading}`, not as {}",
        section.name,
        node.kind()
    );
    Problem::new(&node.place, message).help(format!("begin it with a line `{heading}`"))
}

/// Returns true if this could be the name of a key.
#[must_use]
pub(crate) fn is_like_a_key(registry: &Registry, name: &str) -> bool {
    let keys = registry.keys().map(|key| key.name);
    let sections = registry.sections.iter().map(|section| section.name);
    nearest(name, keys.chain(sections)).is_some()
}
