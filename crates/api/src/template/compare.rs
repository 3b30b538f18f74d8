//! Comparing the paths of two operations, as frameworks choose between them.

use super::Template;
use crate::{fold::fold, segment::Segment};

impl Template {
    /// Returns the path in the form in which its texts are told apart by every framework: folded, and
    /// with `{}` for every segment that has a parameter.
    #[must_use]
    pub fn rough(&self) -> Vec<String> {
        let segments = self.before_slash().iter().map(|segment| match segment {
            Segment::Text(text) => fold(text).into_owned(),
            Segment::Parameter(_) | Segment::Mixed(_) => ANYTHING.to_owned(),
        });
        segments
            .chain(self.rest.iter().map(|_| REST.to_owned()))
            .collect()
    }

    /// Tells whether a request for the other path could be for this path below some prefix.
    #[must_use]
    pub fn could_end(&self, other: &Self) -> bool {
        let (own, other) = (self.rough(), other.rough());
        let is_rest = |path: &[String]| path.last().is_some_and(|last| last == REST);
        if is_rest(&own) || is_rest(&other) {
            return true;
        }
        let mut pairs = own.iter().rev().zip(other.iter().rev());
        let is_alike =
            |one: &String, other: &String| one == other || one == ANYTHING || other == ANYTHING;
        match own.len() == other.len() {
            true => own == other,
            false => own.len() < other.len() && pairs.all(|(one, other)| is_alike(one, other)),
        }
    }

    /// Tells quickly whether the other could have the same [`Template::outline`].
    #[must_use]
    pub fn could_have_outline_of(&self, other: &Self) -> bool {
        let mut pairs = self.segments.iter().zip(&other.segments);
        self.segments.len() == other.segments.len()
            && self.rest.is_some() == other.rest.is_some()
            && pairs.all(|pair| match pair {
                (Segment::Text(own), Segment::Text(other)) => own == other,
                _ => true,
            })
    }

    /// Tells whether the other matches every path that this one matches, regardless of trailing slashes
    /// and equality: it is at least as specific.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.compares(other, false, Segment::is_within)
    }

    /// Tells whether no framework prefers the other for a matching path, regardless of kinds.
    pub(crate) fn precedes(&self, other: &Self, takes_rest: bool) -> bool {
        self.compares(other, takes_rest, Segment::precedes)
    }

    /// Compares segment by segment. Where `takes_rest`, the last parameter of the other takes the rest of
    /// the path, as echo reads it.
    fn compares(
        &self,
        other: &Self,
        takes_rest: bool,
        compare: fn(&Segment, &Segment) -> bool,
    ) -> bool {
        let (own, others) = (self.before_slash(), other.before_slash());
        let (others, open) = match others.split_last() {
            Some((_, before)) if takes_rest => (before, true),
            _ => (others, other.rest.is_some()),
        };
        let lengths = match (self.rest.is_some(), open) {
            (true, false) => false,
            (false, false) => own.len() == others.len(),
            (_, true) => own.len() >= others.len(),
        };
        let all_within = |own: &[Segment], others: &[Segment]| {
            own.iter().zip(others).all(|(a, b)| compare(a, b))
        };
        // a parameter may take what is behind the slash, which is nothing
        let empty = self.segments.len() == others.len() && self.rest.is_none();
        lengths && all_within(own, others) || empty && all_within(&self.segments, others)
    }

    /// Tells whether some framework could read a matching path as the other.
    pub(crate) fn could_be(&self, other: &Self) -> bool {
        let (own, others) = (self.before_slash(), other.before_slash());
        let lengths = match (self.rest.is_some(), other.rest.is_some()) {
            (true, true) => true,
            (true, false) => others.len() >= own.len(),
            (false, true) => own.len() >= others.len(),
            (false, false) => own.len() == others.len(),
        };
        lengths
            && own
                .iter()
                .zip(others)
                .all(|(own, other)| own.could_be(other))
    }

    /// Tells whether some framework that matches by kinds would match these segments with this path, and
    /// not with the other.
    pub(crate) fn converts(&self, segments: &[String], other: &Self) -> bool {
        let mut pairs = self.segments.iter().zip(&other.segments).zip(segments);
        let mut differs = false;
        let converts = pairs.all(|((own, other), segment)| {
            differs |= !other.is_within(own);
            own.converts(segment)
        });
        converts && differs
    }

    /// Tells whether it has a text where the other, more general path has a parameter.
    pub(crate) fn fixes_more_than(&self, other: &Self) -> bool {
        let text = |segment: Option<&Segment>| matches!(segment, Some(Segment::Text(_)));
        let mut positions = 0..self.segments.len();
        positions.any(|at| text(self.segments.get(at)) && !text(other.segments.get(at)))
    }
}

/// In a rough path, one segment that may be anything; [`REST`] is the rest.
const ANYTHING: &str = "{}";

const REST: &str = "{*}";
