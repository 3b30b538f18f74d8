//! Checks that the targets of documents and comments are in the repository.

use std::collections::BTreeSet;

/// The tracked files that references may lead to.
pub(super) struct Repository<'a> {
    files: BTreeSet<&'a str>,
}

impl<'a> Repository<'a> {
    pub(super) fn of(files: impl Iterator<Item = &'a str>) -> Self {
        Self {
            files: files.collect(),
        }
    }

    /// Returns the references of one file that lead nowhere.
    pub(super) fn problems(&self, name: &str, text: &str) -> Vec<String> {
        let mut problems = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let mut found = outside(line);
            if has_comments(name) {
                found.extend(self.missing_documents(line));
                found.extend(self.missing_decisions(line));
            } else if name.ends_with(".md") {
                found.extend(self.missing_links(name, line));
            }
            if PATHS_CHECKED.contains(&name) {
                found.extend(self.missing_paths(line));
            }
            if names_modules(name) {
                found.extend(self.missing_modules(line));
            }
            problems.extend(found.iter().map(|what| format!("{name}:{number}: {what}")));
        }
        if name == MANUAL && text.lines().count() > MAX_MANUAL_LINES {
            problems.push(format!("{name}: more than {MAX_MANUAL_LINES} lines"));
        }
        problems
    }

    /// Returns the documents that the map of them leaves out. Pictures are those of a document.
    pub(super) fn unmapped(&self, map: &str) -> Vec<String> {
        let listed: BTreeSet<&str> = links(map).collect();
        let documents = self.files.iter().filter_map(|name| {
            let inside = name.strip_prefix("docs/")?;
            let is_listed = listed.contains(inside) || inside.starts_with(PICTURES);
            (*name != MAP && !is_listed).then_some(name)
        });
        documents
            .map(|name| format!("{MAP}: `{name}` is not in the map"))
            .collect()
    }

    fn missing_documents(&self, line: &str) -> Vec<String> {
        let is_path = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
        let words = line.split(|letter| !is_path(letter));
        let documents = words.filter(|word| word.len() > 3 && word.ends_with(".md"));
        // `https://…` is of the web
        let documents = documents.filter(|word| !word.starts_with("//"));
        // a server shows `docs` at `/docs`
        documents
            .filter(|word| {
                let path = word.trim_start_matches("../").trim_start_matches("./");
                !self.ends_with(path.trim_start_matches('/'))
            })
            .map(|word| format!("`{word}` is not in the repository"))
            .collect()
    }

    fn missing_decisions(&self, line: &str) -> Vec<String> {
        let cited = line.split("decision ").skip(1);
        let numbers = cited.filter_map(|rest| {
            let end = rest.find(|letter: char| !letter.is_ascii_digit());
            rest.get(..end.unwrap_or(rest.len()))?.parse::<u32>().ok()
        });
        let is_missing = |number: &u32| {
            let start = format!("docs/decisions/{number:04}-");
            !self.files.iter().any(|name| name.starts_with(&start))
        };
        numbers
            .filter(is_missing)
            .map(|number| format!("there is no decision {number}"))
            .collect()
    }

    fn missing_links(&self, name: &str, line: &str) -> Vec<String> {
        let directory = name.rsplit_once('/').map_or("", |(before, _)| before);
        let local =
            links(line).filter(|link| !link.contains("://") && !link.starts_with("mailto:"));
        local
            .filter(|link| !self.has(&joined(directory, link)))
            .map(|link| format!("`{link}` leads nowhere"))
            .collect()
    }

    /// Checks what is written in backticks as a path from the root on.
    fn missing_paths(&self, line: &str) -> Vec<String> {
        let quoted = line.split('`').skip(1).step_by(2);
        let paths = quoted.filter(|path| ROOTS.iter().any(|root| path.starts_with(root)));
        // an alternative, or a name to fill in
        let paths = paths.filter(|path| !path.contains([' ', '*', '<', '{', '…']));
        paths
            .filter(|path| !self.has(path.trim_end_matches('/')))
            .map(|path| format!("`{path}` is not in the repository"))
            .collect()
    }

    /// Checks what is written in backticks as `crate::module::item`: each module must have its file. The
    /// last name may be a function.
    fn missing_modules(&self, line: &str) -> Vec<String> {
        let quoted = line.split('`').skip(1).step_by(2);
        quoted
            .filter(|path| !self.has_modules(path))
            .map(|path| format!("`{path}` names a module that is not there"))
            .collect()
    }

    fn has_modules(&self, path: &str) -> bool {
        let mut names = path.split("::");
        let start = format!("crates/{}/src", names.next().unwrap_or_default());
        let names: Vec<&str> = names.collect();
        let is_name = |name: &&str| name.chars().all(|it| it.is_alphanumeric() || it == '_');
        if names.is_empty() || !names.iter().all(is_name) || !self.has(&start) {
            return true;
        }
        let is_module = |name: &&&str| name.starts_with(|it: char| it.is_ascii_lowercase());
        let mut file = start;
        names
            .iter()
            .take_while(is_module)
            .enumerate()
            .all(|(depth, name)| {
                file = format!("{file}/{name}");
                let may_be_function = depth > 0 && depth + 1 == names.len();
                self.has(&format!("{file}.rs")) || may_be_function
            })
    }

    fn has(&self, path: &str) -> bool {
        let below = format!("{path}/");
        path.is_empty()
            || self.files.contains(path)
            || self.files.iter().any(|name| name.starts_with(&below))
    }

    fn ends_with(&self, path: &str) -> bool {
        let end = format!("/{path}");
        self.files.contains(path) || self.files.iter().any(|name| name.ends_with(&end))
    }
}

/// Returns the documents of the project that are not in the repository, where the line cites one.
fn outside(line: &str) -> Vec<String> {
    let is_cited = |rest: &str| {
        let section = rest.trim_start_matches([' ', ',', '§']);
        rest.starts_with(".md")
            || (section.len() < rest.len() && section.starts_with(|it: char| it.is_ascii_digit()))
    };
    let cited = OUTSIDE.iter().filter(|name| {
        let mut places = line.match_indices(**name);
        places.any(|(at, _)| {
            let (before, rest) = line.split_at(at);
            let is_word = !before.ends_with(|letter: char| letter.is_alphanumeric());
            is_word && rest.get(name.len()..).is_some_and(is_cited)
        })
    });
    cited
        .map(|name| {
            format!("`{name}` is outside the repository: cite a specification or a decision")
        })
        .collect()
}

/// The targets of a line's links, without their fragments.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    targets.map(|target| target.split('#').next().unwrap_or_default())
}

fn joined(directory: &str, link: &str) -> String {
    let mut parts: Vec<&str> = directory.split('/').filter(|it| !it.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Documents that are about the code, those that are generated from it excepted.
fn names_modules(name: &str) -> bool {
    let documents = ["docs/architecture.md", "docs/attacks.md", MANUAL];
    documents.contains(&name) || name.starts_with("docs/decisions/")
}

fn has_comments(name: &str) -> bool {
    let ends = [".rs", ".toml", ".yaml", ".conf", ".cfg", ".py"];
    name.starts_with("scripts/")
        || name.starts_with(".ci/")
        || ends.iter().any(|end| name.ends_with(end))
}

const MANUAL: &str = "CONTRIBUTING.md";
const MAX_MANUAL_LINES: usize = 150;
pub(super) const MAP: &str = "docs/README.md";

/// The folder of pictures, below `docs`.
const PICTURES: &str = "images/";

/// Documents that say which file to open.
const PATHS_CHECKED: [&str; 2] = [MANUAL, "docs/architecture.md"];
const ROOTS: [&str; 6] = [
    "crates/",
    "docs/",
    "scripts/",
    "deploy/",
    "examples/",
    ".ci/",
];

// in pieces, so that this file passes its own check
const OUTSIDE: [&str; 5] = [
    concat!("DES", "IGN"),
    concat!("STY", "LE"),
    concat!("PERFOR", "MANCE"),
    concat!("EXPER", "IENCE"),
    concat!("ATTA", "CKS"),
];

#[cfg(test)]
mod tests;
