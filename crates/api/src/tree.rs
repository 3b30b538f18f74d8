//! A tree of folded paths, in which a walk finds every path that a framework could read a request as.

mod patterns;

use std::{borrow::Cow, collections::BTreeMap};

use self::patterns::Patterns;
use crate::{
    Template,
    fold::{fold, lower, stem},
    segment::Segment,
};

/// Paths, by the numbers that they were inserted with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    /// The paths behind a fixed text, by its fold.
    texts: BTreeMap<String, Tree>,
    /// The paths behind parameters with texts beside them.
    patterns: Patterns<Tree>,
    /// The paths behind a parameter alone, of any kind.
    any: Option<Box<Tree>>,
    /// The paths that end here.
    ends: Vec<usize>,
    /// The paths that end behind the next segment, which is not a fixed text.
    ends_of_parameters: Vec<usize>,
    /// The paths that take the rest from here.
    rests: Vec<usize>,
}

/// The paths that frameworks could read a request as.
#[derive(Debug, Default)]
pub(crate) struct ReachedPaths<'t> {
    /// Paths that match under some fold.
    pub(crate) paths: Vec<usize>,
    /// Paths whose last parameter could take the rest of the path.
    pub(crate) rests: Vec<&'t [usize]>,
}

/// A segment of a request in the readings of frameworks.
struct FoldedSegment<'a> {
    whole: Cow<'a, str>,
    /// The last segment without its suffix.
    stem: Option<Cow<'a, str>>,
    /// The readings with untrimmed ends, in which parameters with texts beside them could be found.
    untrimmed: Vec<String>,
}

impl<'a> FoldedSegment<'a> {
    fn of(segment: &'a str, is_last: bool) -> Self {
        let whole = fold(segment);
        let stem = stem(segment).filter(|_| is_last);
        let mut untrimmed = Vec::new();
        for text in std::iter::once(segment).chain(stem) {
            if text.starts_with(is_end) || text.ends_with(is_end) {
                let lowered = lower(text);
                let (begin, end) = (lowered.trim_start(), lowered.trim_end_matches(is_end));
                untrimmed.extend([begin.to_owned(), end.to_owned(), lowered]);
            }
        }
        Self {
            whole,
            stem: stem.map(fold),
            untrimmed,
        }
    }

    /// Returns every reading in which texts of a segment can be found.
    fn readings(&self) -> impl Iterator<Item = &str> {
        let folds = std::iter::once(&self.whole).chain(&self.stem);
        let untrimmed = self.untrimmed.iter().map(String::as_str);
        folds.map(AsRef::as_ref).chain(untrimmed)
    }
}

/// Tells whether a fold removes a character from the ends.
fn is_end(char: char) -> bool {
    matches!(char, '.' | '+') || char.is_whitespace() || char.is_control()
}

impl Tree {
    /// Inserts a path, and its reading without a suffix.
    pub(crate) fn insert(&mut self, path: &Template, number: usize) {
        if let Some(other) = path.without_suffix() {
            self.insert_one(&other, number);
        }
        self.insert_one(path, number);
    }

    fn insert_one(&mut self, path: &Template, number: usize) {
        let mut tree = self;
        let mut segments = path.segments().iter().peekable();
        while let Some(segment) = segments.next() {
            let ends = segments.peek().is_none() && !path.takes_rest();
            if ends && !matches!(segment, Segment::Text(_)) {
                tree.ends_of_parameters.push(number);
            }
            tree = tree.child(segment);
        }
        match path.takes_rest() {
            true => tree.rests.push(number),
            false => tree.ends.push(number),
        }
    }

    fn child(&mut self, segment: &Segment) -> &mut Self {
        match segment {
            Segment::Text(text) => self.texts.entry(fold(text).into_owned()).or_default(),
            Segment::Parameter(_) => self.any.get_or_insert_default(),
            Segment::Mixed(_) => self.patterns.entry(segment),
        }
    }

    /// Finds the paths that frameworks could read the segments of a request as.
    pub(crate) fn walk(&self, segments: &[String]) -> ReachedPaths<'_> {
        let last = segments.iter().rposition(|one| !one.is_empty());
        let folded: Vec<_> = (segments.iter().enumerate())
            .map(|(at, segment)| FoldedSegment::of(segment, Some(at) == last))
            .collect();
        let mut reached = ReachedPaths::default();
        self.walk_on(&folded, &mut reached);
        // Slim finds its routes below its file
        if let Some((first, rest)) = folded.split_first()
            && first.whole.ends_with(".php")
        {
            self.walk_on(rest, &mut reached);
        }
        reached
    }

    fn walk_on<'t>(&'t self, segments: &[FoldedSegment<'_>], reached: &mut ReachedPaths<'t>) {
        let Some((first, rest)) = segments.split_first() else {
            reached.paths.extend(&self.ends);
            // a slash more
            if let Some(slash) = self.texts.get("") {
                reached.paths.extend(&slash.ends);
            }
            return;
        };
        reached.paths.extend(&self.rests);
        if rest.is_empty() && first.whole.is_empty() {
            // a slash less
            reached.paths.extend(&self.ends);
        }
        for key in std::iter::once(&first.whole).chain(&first.stem) {
            if let Some(tree) = self.texts.get(key.as_ref()) {
                tree.walk_on(rest, reached);
            }
        }
        for tree in self.patterns.like(first.readings()) {
            tree.walk_on(rest, reached);
        }
        if let Some(tree) = &self.any {
            tree.walk_on(rest, reached);
        }
        if !rest.is_empty() {
            reached.rests.push(&self.ends_of_parameters);
        }
    }
}
