//! Operations that frameworks take for each other.

use std::collections::{HashMap, HashSet};

use http::Method;

use super::operation::{Operation, Permission};
use crate::Template;

/// Returns the groups of operations, by their positions, that are the same one or that some framework
/// could confuse; other operations are in no group.
#[must_use]
pub fn alike<P>(all: &[Operation<P>]) -> Vec<Vec<usize>> {
    let keys: Vec<_> = all.iter().map(Keys::of).collect();
    let (mut wholes, mut stems) = (
        HashMap::<_, Vec<usize>>::new(),
        HashMap::<_, Vec<usize>>::new(),
    );
    for (at, keys) in keys.iter().enumerate() {
        wholes.entry(&keys.whole).or_default().push(at);
        if let Some(stem) = &keys.stem {
            stems.entry(stem).or_default().push(at);
        }
    }
    let mut groups = Vec::new();
    let mut seen = HashSet::new();
    for at in 0..all.len() {
        let mut group = Vec::new();
        let mut left = vec![at];
        while let Some(at) = left.pop() {
            if seen.insert(at) {
                group.push(at);
                let Some(keys) = keys.get(at) else { continue };
                let stem = keys.stem.as_ref();
                left.extend(stem.and_then(|stem| wholes.get(stem)).into_iter().flatten());
                left.extend(wholes.remove(&keys.whole).into_iter().flatten());
                left.extend(stems.remove(&keys.whole).into_iter().flatten());
            }
        }
        if group.len() > 1 {
            group.sort_unstable();
            groups.push(group);
        }
    }
    groups
}

/// The keys that an operation shares with those that frameworks confuse with it. Two that differ in
/// their suffixes alone are told apart, since both are declared.
struct Keys {
    whole: (Method, String),
    stem: Option<(Method, String)>,
}

impl Keys {
    fn of<P>(one: &Operation<P>) -> Self {
        let (whole, stem) = folded(&one.path);
        Self {
            whole: (one.method.clone(), whole),
            stem: stem.map(|stem| (one.method.clone(), stem)),
        }
    }
}

/// Tells whether two paths are the same without their suffixes, and in no other way.
pub(super) fn differ_by_suffix(one: &Template, other: &Template) -> bool {
    let ((whole, stem), (other_whole, other_stem)) = (folded(one), folded(other));
    let is_stem = |whole: &String, stem: &Option<String>| stem.as_ref() == Some(whole);
    stem.is_some()
        && stem == other_stem
        && whole != other_whole
        && !is_stem(&whole, &other_stem)
        && !is_stem(&other_whole, &stem)
}

/// Requires that no two are the same, under any fold.
pub(super) fn require_apart<P: Permission>(all: &[Operation<P>]) -> Result<(), String> {
    let mut shapes = HashMap::new();
    let mut wholes: HashMap<_, &Operation<P>> = HashMap::new();
    for one in all {
        if let Some(other) = shapes.insert((one.method.clone(), one.path.shape()), one) {
            return Err(declared(one, other, "is declared twice"));
        }
        let same = wholes.insert(Keys::of(one).whole, one);
        if let Some(other) = same.filter(|other| other.permission != one.permission) {
            return Err(declared(one, other, TAKEN));
        }
    }
    for one in all {
        let stem = Keys::of(one).stem;
        let same = stem.and_then(|stem| wholes.get(&stem));
        if let Some(other) = same.filter(|other| other.permission != one.permission) {
            return Err(declared(one, other, TAKEN));
        }
    }
    Ok(())
}

fn declared<P>(one: &Operation<P>, other: &Operation<P>, how: &str) -> String {
    let (name, other_name) = (one.name(), other.name());
    let (place, other_place) = (&one.place, &other.place);
    format!("`{name}` {how}: {other_place} (`{other_name}`) and {place}")
}

/// Returns one text for all paths that frameworks treat as this one, and the same without a suffix.
fn folded(path: &Template) -> (String, Option<String>) {
    let rest = if path.takes_rest() { "/{*}" } else { "" };
    let text = |path: &Template| {
        let segments = path.before_slash().iter();
        let segments: Vec<_> = segments.map(|one| one.lowered().shape()).collect();
        segments.join("/") + rest
    };
    let stem = path.without_suffix();
    (text(path), stem.as_ref().map(text))
}

const TAKEN: &str = "is taken for another operation by frameworks, and has another permission";
