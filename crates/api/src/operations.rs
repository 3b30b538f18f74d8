//! Finding the operation of a request, and refusing requests that frameworks could read as another one.
//!
//! All paths are one tree of folded segments. A walk through it finds every path that some framework
//! could take a request for; those that match it as it is written decide, and the others are what it
//! must not be.

use std::collections::{HashMap, HashSet};

use http::Method;

use crate::{
    AmbiguityError, Target, Template,
    content::Bodies,
    template::Parameters,
    tree::{ReachedPaths, Tree},
};

/// An operation: a method, a path and a permission.
#[derive(Clone, Debug)]
pub struct Operation<P> {
    /// Its method.
    pub method: Method,
    /// Its path, with its parameters in braces.
    pub path: Template,
    /// The media types that are declared for its body.
    pub body: Bodies,
    /// The permission.
    pub permission: P,
    /// The place where it is declared.
    pub place: String,
}

/// The callers of an operation: equal permissions allow the same callers.
pub trait Permission: PartialEq {
    /// Tells whether everybody may call.
    fn is_open(&self) -> bool;
}

impl<P> Operation<P> {
    /// Returns its method and path.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// A request has no operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindError {
    /// No operation has this path.
    Path,
    /// No operation has this path, but one has it with, or without, a trailing slash.
    Slash,
    /// The path has operations with these methods alone.
    Method(Vec<Method>),
    /// A framework could read it as another operation, with another permission.
    Ambiguous(AmbiguityError),
}

/// All operations, found by a request.
#[derive(Clone, Debug)]
pub struct Operations<P> {
    all: Vec<Operation<P>>,
    /// The ranges in `all` of the operations of each path.
    paths: Vec<std::ops::Range<usize>>,
    tree: Tree,
}

impl<P: Permission> Operations<P> {
    /// Indexes operations.
    ///
    /// # Errors
    ///
    /// Names two that are the same one, or that a framework could take for each other and that have
    /// different permissions.
    pub fn new(mut all: Vec<Operation<P>>) -> Result<Self, String> {
        all.sort_by_cached_key(|one| (one.path.shape(), one.method.to_string()));
        require_apart(&all)?;
        let mut paths: Vec<std::ops::Range<usize>> = Vec::new();
        let mut tree = Tree::default();
        let mut before = None;
        for (at, one) in all.iter().enumerate() {
            let shape = one.path.shape();
            match paths.last_mut().filter(|_| before.as_ref() == Some(&shape)) {
                Some(path) => path.end = at + 1,
                None => {
                    tree.insert(&one.path, paths.len());
                    paths.push(at..at + 1);
                }
            }
            before = Some(shape);
        }
        Ok(Self { all, paths, tree })
    }

    /// Finds the operation of a request; HEAD is a GET without a body (RFC 9110 §9.3.2). A literal path
    /// has its own methods alone, also if a parameter would match it (OpenAPI 3.1 §4.8.8).
    ///
    /// # Errors
    ///
    /// [`FindError`].
    pub fn find(
        &self,
        method: &Method,
        target: &Target,
    ) -> Result<(&Operation<P>, Parameters), FindError> {
        let segments = target.segments();
        let reached = self.tree.walk(segments);
        let found = self.choose(method, segments, &reached);
        let found = found.map_err(|error| self.or_slash(error, method, segments))?;
        self.require_alone(found, method, segments, &reached)?;
        let parameters = found.path.values(segments);
        Ok((found, parameters.map_err(FindError::Ambiguous)?))
    }

    /// Refines an error if only a trailing slash is missing or superfluous.
    fn or_slash(&self, error: FindError, method: &Method, segments: &[String]) -> FindError {
        if error != FindError::Path {
            return error;
        }
        let other: Vec<_> = match segments.split_last() {
            Some((last, rest)) if last.is_empty() => rest.to_vec(),
            _ => [segments, &[String::new()]].concat(),
        };
        match self.choose(method, &other, &self.tree.walk(&other)) {
            Ok(_) => FindError::Slash,
            Err(_) => FindError::Path,
        }
    }

    /// Returns the most specific of the matching operations.
    fn choose(
        &self,
        method: &Method,
        segments: &[String],
        reached: &ReachedPaths,
    ) -> Result<&Operation<P>, FindError> {
        let matching = || {
            let paths = reached.paths.iter().filter_map(|path| self.path(*path));
            paths.filter(|path| path.first().is_some_and(|one| one.path.matches(segments)))
        };
        let mut best: Option<&Operation<P>> = None;
        for one in matching().filter_map(|path| of_method(path, method)) {
            if best.is_none_or(|best| one.path.is_within(&best.path)) {
                best = Some(one);
            }
        }
        let others = |best: Option<&Operation<P>>| {
            let others = matching().filter(|path| of_method(path, method).is_none());
            let others = others.filter(|path| {
                let first = path.first().map(|one| &one.path);
                first.zip(best).is_none_or(|(path, best)| {
                    path.precedes(&best.path, false) && path.fixes_more_than(&best.path)
                })
            });
            let methods = others.flatten().map(|one| one.method.clone());
            methods.collect::<Vec<_>>()
        };
        match (best, others(best)) {
            (Some(best), others) if others.is_empty() => Ok(best),
            (None, others) if others.is_empty() => Err(FindError::Path),
            (_, others) => Err(FindError::Method(others)),
        }
    }

    /// Requires that no framework takes the request for another operation with another permission.
    fn require_alone(
        &self,
        found: &Operation<P>,
        method: &Method,
        segments: &[String],
        reached: &ReachedPaths,
    ) -> Result<(), FindError> {
        const TWO: AmbiguityError =
            AmbiguityError("a framework could take the path for another operation");
        let rests = reached.rests.iter().filter(|_| found.path.takes_rest());
        let others = reached.paths.iter().map(|path| (path, false));
        for (path, takes_rest) in others.chain(rests.map(|path| (path, true))) {
            let other = self.path(*path).and_then(|path| of_method(path, method));
            let Some(other) = other.filter(|other| other.permission != found.permission) else {
                continue;
            };
            let is_decoded = other.path.matches(segments)
                && found.path.has_escapes()
                && !other.permission.is_open();
            let is_apart = found.path.precedes(&other.path, takes_rest)
                && !other.path.converts(segments, &found.path);
            if is_decoded || !is_apart && !differ_by_suffix(&found.path, &other.path) {
                return Err(FindError::Ambiguous(TWO));
            }
        }
        Ok(())
    }

    fn path(&self, path: usize) -> Option<&[Operation<P>]> {
        self.all.get(self.paths.get(path)?.clone())
    }

    /// Returns which of [`Self::iter`] an operation is, if it is one of these.
    #[must_use]
    pub fn position(&self, operation: &Operation<P>) -> Option<usize> {
        let begin = self.all.as_ptr().addr();
        let offset = std::ptr::from_ref(operation).addr().checked_sub(begin)?;
        let position = offset.checked_div(size_of::<Operation<P>>())?;
        let found = self.all.get(position)?;
        std::ptr::eq(found, operation).then_some(position)
    }

    /// Returns every operation.
    pub fn iter(&self) -> impl Iterator<Item = &Operation<P>> {
        self.all.iter()
    }
}

fn of_method<'a, P>(path: &'a [Operation<P>], method: &Method) -> Option<&'a Operation<P>> {
    let find = |method: &Method| path.iter().find(|one| one.method == *method);
    find(method).or_else(|| find(&Method::GET).filter(|_| *method == Method::HEAD))
}

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
fn differ_by_suffix(one: &Template, other: &Template) -> bool {
    let ((whole, stem), (other_whole, other_stem)) = (folded(one), folded(other));
    let is_stem = |whole: &String, stem: &Option<String>| stem.as_ref() == Some(whole);
    stem.is_some()
        && stem == other_stem
        && whole != other_whole
        && !is_stem(&whole, &other_stem)
        && !is_stem(&other_whole, &stem)
}

/// Requires that no two are the same, under any fold.
fn require_apart<P: Permission>(all: &[Operation<P>]) -> Result<(), String> {
    let mut shapes = HashMap::new();
    let mut wholes: HashMap<_, &Operation<P>> = HashMap::new();
    let declared = |one: &Operation<P>, other: &Operation<P>, how: &str| {
        let (name, other_name) = (one.name(), other.name());
        let (place, other_place) = (&one.place, &other.place);
        format!("`{name}` {how}: {other_place} (`{other_name}`) and {place}")
    };
    const TAKEN: &str = "is taken for another operation by frameworks, and has another permission";
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

/// The methods of operations. G07: the guard answers requests with other methods itself.
pub const FORWARDED: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

#[cfg(test)]
mod tests;
