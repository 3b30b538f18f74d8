//! The operations that a framework could confuse.
//!
//! The paths of each method are one tree. A walk along an operation's own path finds the few that could
//! be meant, and each of them is compared with it.

use std::collections::HashMap;

use http::Method;

use crate::{
    Template,
    fold::{fold, stem},
    operations::{Operation, Operations, Permission},
    segment::Segment,
};

/// All operations, indexed to find the similar ones of each.
#[derive(Debug)]
pub struct MistakableOperations<'a, P> {
    all: Vec<&'a Operation<P>>,
    trees: HashMap<&'a Method, PathTree>,
}

/// Paths by their segments without a trailing slash.
#[derive(Debug, Default)]
struct PathTree {
    /// The paths behind a fixed text, by its fold.
    texts: HashMap<String, PathTree>,
    /// The paths behind parameters, with or without texts beside them.
    parameters: Option<Box<PathTree>>,
    /// The operations whose path ends here.
    ends: Vec<usize>,
    /// The operations whose path takes the rest from here.
    rests: Vec<usize>,
}

impl<'a, P: Permission> MistakableOperations<'a, P> {
    /// Indexes all operations.
    #[must_use]
    pub fn of(operations: &'a Operations<P>) -> Self {
        let all: Vec<_> = operations.iter().collect();
        let mut trees = HashMap::<_, PathTree>::new();
        for (at, one) in all.iter().enumerate() {
            trees.entry(&one.method).or_default().insert(&one.path, at);
        }
        Self { all, trees }
    }

    /// Returns the operations with another permission that some framework could take a request for this
    /// one for: such a request is ambiguous.
    #[must_use]
    pub fn with(&self, one: &Operation<P>) -> Vec<&'a Operation<P>> {
        let mut found = Vec::new();
        if let Some(tree) = self.trees.get(&one.method) {
            tree.find(one.path.before_slash(), one.path.takes_rest(), &mut found);
        }
        found.sort_unstable();
        found.dedup();
        let others = found.into_iter().filter_map(|at| self.all.get(at).copied());
        others.filter(|other| is_mistakable(one, other)).collect()
    }
}

fn is_mistakable<P: Permission>(one: &Operation<P>, other: &Operation<P>) -> bool {
    other.method == one.method
        && other.permission != one.permission
        && one.path.could_be(&other.path)
        && (one.path.has_escapes() || !one.path.is_within(&other.path))
}

impl PathTree {
    fn insert(&mut self, path: &Template, at: usize) {
        let mut tree = self;
        for segment in path.before_slash() {
            tree = match segment {
                Segment::Text(text) => tree.texts.entry(fold(text).into_owned()).or_default(),
                Segment::Parameter(_) | Segment::Mixed(_) => {
                    tree.parameters.get_or_insert_default()
                }
            };
        }
        match path.takes_rest() {
            true => tree.rests.push(at),
            false => tree.ends.push(at),
        }
    }

    // INVARIANT: whatever `Template::could_be` takes a path for is among what is found
    fn find(&self, segments: &[Segment], takes_rest: bool, found: &mut Vec<usize>) {
        let Some((first, rest)) = segments.split_first() else {
            return match takes_rest {
                true => self.push_all(found),
                false => {
                    found.extend(&self.ends);
                    found.extend(&self.rests);
                }
            };
        };
        found.extend(&self.rests);
        match first {
            Segment::Text(text) => {
                let readings = [Some(text.as_str()), stem(text)];
                for reading in readings.into_iter().flatten().map(fold) {
                    if let Some(tree) = self.texts.get(reading.as_ref()) {
                        tree.find(rest, takes_rest, found);
                    }
                }
            }
            Segment::Parameter(_) | Segment::Mixed(_) => {
                for tree in self.texts.values() {
                    tree.find(rest, takes_rest, found);
                }
            }
        }
        if let Some(tree) = &self.parameters {
            tree.find(rest, takes_rest, found);
        }
    }

    fn push_all(&self, found: &mut Vec<usize>) {
        found.extend(&self.ends);
        found.extend(&self.rests);
        for tree in self.texts.values().chain(self.parameters.as_deref()) {
            tree.push_all(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{content::Bodies, operations::alike};

    impl Permission for u8 {
        fn is_open(&self) -> bool {
            false
        }
    }

    /// Those of the paths that can be beside each other; who is taken for another has its permission.
    fn operations(paths: &[(String, u8)]) -> Operations<u8> {
        let all = paths.iter().filter_map(|(path, permission)| {
            Some(Operation {
                method: [Method::GET, Method::PUT][usize::from(*permission > 2)].clone(),
                path: Template::parse(path).ok()?,
                body: Bodies::default(),
                permission: *permission,
                place: path.clone(),
            })
        });
        let mut seen = HashSet::new();
        let all = all.filter(|one| seen.insert((one.method.clone(), one.path.shape())));
        let mut all: Vec<_> = all.collect();
        for group in alike(&all) {
            let permission = all[group[0]].permission;
            group.iter().for_each(|at| all[*at].permission = permission);
        }
        Operations::new(all).unwrap()
    }

    fn compare(operations: &Operations<u8>) -> usize {
        let mistakable = MistakableOperations::of(operations);
        let mut pairs = 0;
        for one in operations.iter() {
            let all = operations.iter();
            let naive: Vec<_> = all.filter(|other| is_mistakable(one, other)).collect();
            let naive: Vec<_> = naive.iter().map(|one| one.name()).collect();
            let found = mistakable.with(one);
            let found: Vec<_> = found.iter().map(|one| one.name()).collect();
            assert_eq!(found, naive, "{}", one.name());
            pairs += found.len();
        }
        pairs
    }

    /// Every path of two of the segments, with an end.
    #[test]
    fn the_walk_finds_what_comparing_all_finds() {
        let mut paths = Vec::new();
        for (at, first) in SEGMENTS.iter().enumerate() {
            for (next, second) in SEGMENTS.iter().enumerate() {
                for (last, end) in ENDS.iter().enumerate() {
                    let second = second.replace("{x", "{z").replace("{y", "{w");
                    let path = format!("/{first}/{second}{end}");
                    paths.push((path, u8::try_from((at * 7 + next * 5 + last) % 5).unwrap()));
                }
            }
        }
        let operations = operations(&paths);
        let count = operations.iter().count();
        let pairs = compare(&operations);
        assert!(count > 300 && pairs > 3_000, "{count} {pairs}");
    }

    proptest! {
        #[test]
        fn the_walk_finds_what_comparing_all_finds_of_any_paths(
            paths in proptest::collection::vec(
                (proptest::collection::vec(0..SEGMENTS.len(), 1..4), 0_u8..5, 0..ENDS.len()), 1..12)
        ) {
            let paths = paths.into_iter().map(|(segments, permission, end)| {
                let segments = segments.into_iter().enumerate().map(|(depth, at)| {
                    let named = SEGMENTS[at].replace("{x", &format!("{{x{depth}"));
                    format!("/{}", named.replace("{y", &format!("{{y{depth}")))
                });
                (segments.collect::<String>() + ENDS[end], permission)
            });
            compare(&operations(&paths.collect::<Vec<_>>()));
        }
    }

    const SEGMENTS: [&str; 16] = [
        "a", "A", "b", "b.json", "B.", "a b", "größe", "%25", "{x}", "{x:int}", "{x}.json", "v{x}",
        "{x:a|b}", "7", "", "{x}-{y}",
    ];

    const ENDS: [&str; 3] = ["", "/", "/{rest*}"];
}
