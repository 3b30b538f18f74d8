//! Finding the operation of a request, and refusing requests that frameworks could read as another one.
//!
//! All paths are one tree of folded segments. A walk through it finds every path that some framework
//! could take a request for; those that match it as it is written decide, and the others are what it
//! must not be.

mod apart;
mod operation;

use http::Method;

use self::apart::{differ_by_suffix, require_apart};
pub use self::{
    apart::alike,
    operation::{Operation, Permission},
};
use crate::{
    AmbiguityError, Target,
    template::Parameters,
    tree::{ReachedPaths, Tree},
};

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
        reached: &ReachedPaths<'_>,
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
        reached: &ReachedPaths<'_>,
    ) -> Result<(), FindError> {
        const TWO: AmbiguityError =
            AmbiguityError("a framework could take the path for another operation");
        let rests = reached.rests.iter().copied().flatten();
        let rests = rests.filter(|_| found.path.takes_rest());
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
