//! The fenced blocks of a page, and the marks before them.
//!
//! A mark is a comment on the line before a block, which no reader of the page sees:
//!
//! - `<!-- exit 7 -->`: some of its commands exit with this code, the others with 0
//! - `<!-- exit 7, without guard.toml -->`: the same, after that file of an earlier block was deleted
//! - `<!-- tested by NAME -->`: the test `NAME` does what the block says, or compares what it shows
//! - `<!-- not run: REASON -->`: one of [`REASONS`]
//!
//! On the first line of a page, a mark counts for every block of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The reasons for which a block may be left out.
pub const REASONS: [&str; 4] = [
    "builds this repository",
    "measures for minutes",
    "needs FastAPI",
    "part of a program",
];

/// One fenced block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The page, relative to the repository.
    pub page: String,
    /// The line of its opening fence.
    pub line: usize,
    pub language: String,
    pub text: String,
    pub mark: Option<Mark>,
}

/// The mark that a comment gives to a block.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    Exit(i32, Option<String>),
    TestedBy(String),
    NotRun(String),
    Unknown(String),
}

impl Mark {
    fn parse(line: &str) -> Option<Self> {
        let mark = line.trim().strip_prefix("<!-- ")?.strip_suffix(" -->")?;
        let after = |prefix| mark.strip_prefix(prefix).map(str::to_owned);
        if let Some(code) = after("exit ") {
            let (code, without) = match code.split_once(", without ") {
                Some((code, file)) => (code.to_owned(), Some(file.to_owned())),
                None => (code, None),
            };
            return Some(match code.parse() {
                Ok(code) => Self::Exit(code, without),
                Err(_) => Self::Unknown(mark.to_owned()),
            });
        }
        let named = after("tested by ").map(Self::TestedBy);
        let reason = || after("not run: ").map(Self::NotRun);
        Some(
            named
                .or_else(reason)
                .unwrap_or_else(|| Self::Unknown(mark.to_owned())),
        )
    }
}

impl Block {
    /// Returns where it is, as an editor opens it.
    pub fn at(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }

    /// Returns the first line that is not blank.
    pub fn first_line(&self) -> &str {
        let mut lines = self.text.lines();
        lines.find(|line| !line.trim().is_empty()).unwrap_or("")
    }

    /// Returns the name of the file that this block is, by its first line.
    pub fn file(&self) -> Option<&str> {
        let name = self.text.lines().next()?.strip_prefix("# ")?;
        let is_name = name.ends_with(".toml") || name.ends_with(".py");
        (is_name && !name.contains(['/', ' '])).then_some(name)
    }

    /// Returns whether its commands are run when somebody follows the page.
    pub fn is_run(&self) -> bool {
        let is_left_out = matches!(self.mark, Some(Mark::NotRun(_) | Mark::TestedBy(_)));
        ["sh", "console"].contains(&&*self.language) && !is_left_out && !self.names_tests()
    }

    /// Returns whether all of its commands run tests of this repository.
    pub fn names_tests(&self) -> bool {
        self.language == "sh"
            && self
                .text
                .lines()
                .all(|line| line.contains("cargo test -p "))
    }
}

/// Returns the blocks of all pages.
pub fn all() -> Vec<Block> {
    pages().iter().flat_map(|page| of(page)).collect()
}

/// Returns the blocks of a page.
///
/// # Panics
///
/// If a block has no end.
pub fn of(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let whole_page = lines.first().and_then(|line| Mark::parse(line));
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(language) = lines[at].trim_start().strip_prefix("```") else {
            at += 1;
            continue;
        };
        let rest = &lines[at + 1..];
        let length = rest.iter().position(|line| line.trim() == "```");
        let length = length.unwrap_or_else(|| panic!("{page}:{}: a block has no end", at + 1));
        let before = at.checked_sub(1).and_then(|line| Mark::parse(lines[line]));
        blocks.push(Block {
            page: page.to_owned(),
            line: at + 1,
            language: language.trim().to_owned(),
            text: rest[..length].join("\n") + "\n",
            mark: before.or_else(|| whole_page.clone()),
        });
        at += length + 2;
    }
    blocks
}

/// Returns README.md and every page below `docs`, relative to the repository, in alphabetical order.
pub fn pages() -> Vec<String> {
    let mut pages = vec!["README.md".to_owned()];
    let found = files(&root().join("docs"), "md");
    let relative = found.iter().map(|path| path.strip_prefix(root()).unwrap());
    pages.extend(relative.map(|path| path.to_str().unwrap().to_owned()));
    pages.sort();
    pages
}

/// Returns the files below a directory with an extension.
pub fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if path.is_dir() && !path.ends_with("target") {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
    found
}

/// Returns the directory of the repository.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
