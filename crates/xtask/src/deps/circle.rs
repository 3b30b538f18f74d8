//! No files of a crate import each other in a circle.
//!
//! A file imports another one if its code names an item that is defined there; a `pub use` that only
//! hands a name on is not an import. Code for tests does not count. A module's own file and its children are
//! files like all others: a child that needs its parent must not be needed by it.

mod reader;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::{Path, PathBuf},
};

use self::reader::Names;

/// Returns each circle within a crate of the workspace.
pub(super) fn problems(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut crates = Vec::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let source = entry?.path().join("src");
        for start in ["lib.rs", "main.rs"] {
            let start = source.join(start);
            if start.is_file() {
                crates.push(Tree::read(root, &start)?);
            }
        }
    }
    Ok(judge(&crates))
}

fn judge(crates: &[Tree]) -> Vec<String> {
    let circles = crates.iter().flat_map(Tree::circles);
    let mut problems: Vec<_> = circles.map(|circle| circle.to_string()).collect();
    problems.sort();
    problems
}

/// The files of a crate that are built without its tests.
struct Tree {
    modules: Vec<Module>,
}

struct Module {
    /// The path from the workspace's root on.
    file: String,
    names: Names,
    parent: usize,
    children: BTreeMap<String, usize>,
}

/// Files that import each other, with the names that each takes from another one.
#[derive(Debug, PartialEq, Eq)]
struct Circle {
    files: Vec<String>,
    arrows: Vec<String>,
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrows = self.arrows.join("\n    ");
        let count = self.files.len();
        write!(
            f,
            "{count} files import each other in a circle:\n    {arrows}"
        )
    }
}

impl Tree {
    fn read(root: &Path, start: &Path) -> anyhow::Result<Self> {
        let mut tree = Self {
            modules: Vec::new(),
        };
        let directory = start.parent().unwrap_or(root);
        tree.add(root, start, directory, 0)?;
        Ok(tree)
    }

    /// Adds a file, and the files of its children, which are in `directory`.
    fn add(
        &mut self,
        root: &Path,
        file: &Path,
        directory: &Path,
        parent: usize,
    ) -> anyhow::Result<usize> {
        let names = Names::read(&fs::read_to_string(file)?);
        let number = self.push(file.strip_prefix(root)?.to_string_lossy(), names, parent);
        for child in self.declared(number) {
            let flat = directory.join(format!("{child}.rs"));
            let nested = directory.join(&child).join("mod.rs");
            let Some(found) = [flat, nested].into_iter().find(|path| path.is_file()) else {
                continue;
            };
            let below: PathBuf = directory.join(&child);
            let added = self.add(root, &found, &below, number)?;
            self.adopt(number, child, added);
        }
        Ok(number)
    }

    fn push(&mut self, file: impl Into<String>, names: Names, parent: usize) -> usize {
        self.modules.push(Module {
            file: file.into(),
            names,
            parent,
            children: BTreeMap::new(),
        });
        self.modules.len() - 1
    }

    fn adopt(&mut self, parent: usize, name: String, child: usize) {
        if let Some(parent) = self.modules.get_mut(parent) {
            parent.children.insert(name, child);
        }
    }

    fn declared(&self, number: usize) -> Vec<String> {
        let module = self.modules.get(number);
        module.map_or_else(Vec::new, |module| module.names.children.clone())
    }

    fn circles(&self) -> Vec<Circle> {
        let arrows: Vec<_> = (0..self.modules.len()).map(|it| self.arrows(it)).collect();
        let reached: Vec<_> = (0..arrows.len()).map(|it| reach(&arrows, it)).collect();
        let reaches = |from: usize, to: usize| reached.get(from).is_some_and(|it| it.contains(&to));
        let mut circles = Vec::new();
        let mut seen = BTreeSet::new();
        for start in 0..arrows.len() {
            if !reaches(start, start) || seen.contains(&start) {
                continue;
            }
            let members =
                (0..arrows.len()).filter(|other| reaches(start, *other) && reaches(*other, start));
            let members: BTreeSet<_> = members.collect();
            circles.push(self.circle(&members, &arrows));
            seen.extend(members);
        }
        circles
    }

    fn circle(&self, members: &BTreeSet<usize>, arrows: &[Arrows]) -> Circle {
        let mut told = Vec::new();
        for from in members {
            let to_members = arrows.get(*from).into_iter().flatten();
            for (to, names) in to_members.filter(|(to, _)| members.contains(to)) {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                let (from, to) = (self.file(*from), self.file(*to));
                told.push(format!("{from} -> {to}: {}", names.join(", ")));
            }
        }
        Circle {
            files: members.iter().map(|it| self.file(*it).to_owned()).collect(),
            arrows: told,
        }
    }

    fn file(&self, number: usize) -> &str {
        self.modules.get(number).map_or("", |module| &module.file)
    }

    /// Returns the other files whose items a file names, each with the names.
    fn arrows(&self, from: usize) -> Arrows {
        let mut arrows = Arrows::new();
        let Some(module) = self.modules.get(from) else {
            return arrows;
        };
        let used = |name: &Option<String>| {
            let name = name.as_ref();
            name.is_some_and(|name| module.names.words.contains(name))
        };
        let imports = module.names.imports.iter();
        let imports = imports.filter(|import| !import.is_handed_on || used(&import.name));
        let globs = module.names.imports.iter();
        for glob in globs.filter(|import| import.name.is_none() && !import.is_handed_on) {
            if let Some(to) = self.module(from, &glob.path).filter(|to| *to != from) {
                arrows.entry(to).or_default().insert("*".to_owned());
            }
        }
        let paths = imports
            .map(|import| &import.path)
            .chain(&module.names.paths);
        for path in paths {
            if let Some(to) = self.definer(from, path, 0).filter(|to| *to != from) {
                let name = path.last().cloned().unwrap_or_default();
                arrows.entry(to).or_default().insert(name);
            }
        }
        arrows
    }

    /// Returns the file of the module that `path` names in a file.
    fn module(&self, from: usize, path: &[String]) -> Option<usize> {
        let mut at = from;
        for name in path {
            let module = self.modules.get(at)?;
            at = match name.as_str() {
                "crate" => 0,
                "self" => at,
                "super" => module.parent,
                name => *module.children.get(name)?,
            };
        }
        Some(at)
    }

    /// Returns the file that defines what `path` names in a file; none for a module, for another crate
    /// and for what the file itself has in scope otherwise.
    fn definer(&self, from: usize, path: &[String], depth: usize) -> Option<usize> {
        let module = self.modules.get(from)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.descend(0, rest, depth),
            "self" => self.descend(from, rest, depth),
            "super" => self.descend(module.parent, rest, depth),
            name => match module.children.get(name) {
                Some(child) => self.descend(*child, rest, depth),
                None => self.imported(from, name, rest, depth),
            },
        }
    }

    fn descend(&self, at: usize, path: &[String], depth: usize) -> Option<usize> {
        let module = self.modules.get(at)?;
        let (first, rest) = path.split_first()?;
        match (first.as_str(), module.children.get(first)) {
            ("super", _) => self.descend(module.parent, rest, depth),
            (_, Some(child)) => self.descend(*child, rest, depth),
            (name, None) if module.names.import(name).is_some() => {
                self.imported(at, name, rest, depth)
            }
            _ => Some(at),
        }
    }

    /// Follows an import of a file by its name.
    fn imported(&self, at: usize, name: &str, rest: &[String], depth: usize) -> Option<usize> {
        let import = self.modules.get(at)?.names.import(name)?;
        // a crate of the same name, or names that are handed on in a circle
        if import.path.first().is_some_and(|first| first == name) || depth > MAX_DEPTH {
            return None;
        }
        let path = [&import.path, rest].concat();
        self.definer(at, &path, depth + 1)
    }
}

/// The files that a file imports, each with the names that it takes from there.
type Arrows = BTreeMap<usize, BTreeSet<String>>;

fn reach(arrows: &[Arrows], start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(next) = open.pop() {
        let targets = arrows.get(next).into_iter().flatten().map(|(to, _)| *to);
        open.extend(targets.filter(|to| reached.insert(*to)));
    }
    reached
}

const MAX_DEPTH: usize = 16;

#[cfg(test)]
mod tests;
