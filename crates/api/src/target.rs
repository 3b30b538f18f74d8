//! The canonical reading of a request's target: what is authorized is what is forwarded.
//!
//! Frameworks disagree about odd paths: some decode `%2f` into a separator, some drop `;x`, some
//! resolve `..`, some merge `//`. A path that two of them could read differently is refused, and the
//! rest is rewritten from what was read.

mod octet;

pub use self::octet::push_encoded;
pub(crate) use self::octet::{decode, stays};
use crate::{
    AmbiguityError,
    name::{MAX_NAMES, is_alike, overrides_method},
};

/// A request's path and query, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    segments: Vec<String>,
    /// Returns the names and values of a query, or why they are not read: a percent sign without an
    /// octet, and octets that are not UTF-8, matter only if a rule reads them.
    query: Result<Vec<(String, String)>, AmbiguityError>,
    /// The query as it was sent, with backslashes escaped.
    raw_query: Option<String>,
}

impl Target {
    /// Reads a path and a query as they are in a request line (RFC 9112 §3.2.1).
    ///
    /// # Errors
    ///
    /// [`AmbiguityError`] for whatever an upstream could read otherwise.
    pub fn parse(path_and_query: &str) -> Result<Self, AmbiguityError> {
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        // browsers leave it as it is in a query, where servers differ in whether it may be
        let query = query.map(|query| query.replace('\\', "%5C"));
        let segments = segments(path)?;
        Ok(Self {
            segments,
            query: match query.as_deref() {
                Some(query) => pairs(query)?,
                None => Ok(Vec::new()),
            },
            raw_query: query,
        })
    }

    /// Returns the decoded segments of the path; the last one is empty if the path ends with a slash.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// Returns the only value of a query parameter.
    ///
    /// # Errors
    ///
    /// [`AmbiguityError`] if it is there more than once in any spelling (`id`, `id[]`, `ID`), or
    /// the query is one that frameworks take apart in more ways than one.
    pub fn query(&self, name: &str) -> Result<Option<&str>, AmbiguityError> {
        self.require_one_reading()?;
        let pairs = self.pairs()?;
        let mut alike = pairs.iter().filter(|(key, _)| is_alike(key, name));
        match (alike.next(), alike.next()) {
            (None, _) => Ok(None),
            // Express takes `id=a]=b` for a parameter `id=a]`
            (Some((key, value)), None) if key == name && !value.contains("]=") => Ok(Some(value)),
            _ => Err(AmbiguityError(
                "a parameter that a rule reads is there twice, or in another spelling",
            )),
        }
    }

    /// Refuses a query that has a name which a rule reads elsewhere, in any spelling.
    ///
    /// # Errors
    ///
    /// [`AmbiguityError`] if a framework could find the name in the query, or the query has more than
    /// [`MAX_NAMES`] names.
    pub fn require_absent(&self, name: &str) -> Result<(), AmbiguityError> {
        let query = self.raw_query.as_deref().unwrap_or_default();
        if query.split('&').count() > MAX_NAMES {
            return Err(AmbiguityError("the query has too many names"));
        }
        let mut names = self.pairs()?.iter().map(|(key, _)| key.as_str());
        let is_there = names.any(|key| is_alike(key, name))
            || behind_semicolons(query)?.any(|key| is_alike(&key, name));
        match is_there {
            true => Err(AmbiguityError(
                "a name that a rule reads elsewhere is in the query too",
            )),
            false => Ok(()),
        }
    }

    /// Returns the first name in the query that is not allowed; each allowed name counts in this
    /// spelling only.
    ///
    /// # Errors
    ///
    /// [`AmbiguityError`] if the query is one that frameworks take apart in more ways than one.
    pub fn surplus(&self, allowed: &[String]) -> Result<Option<&str>, AmbiguityError> {
        self.require_one_reading()?;
        let mut names = self.pairs()?.iter().map(|(key, _)| key.as_str());
        Ok(names.find(|key| !allowed.iter().any(|one| one == key)))
    }

    fn pairs(&self) -> Result<&[(String, String)], AmbiguityError> {
        self.query.as_deref().map_err(|ambiguous| *ambiguous)
    }

    /// Requires a query that all frameworks split alike: some end a parameter at `;`, and some stop
    /// after a number of parameters.
    fn require_one_reading(&self) -> Result<(), AmbiguityError> {
        let query = self.raw_query.as_deref().unwrap_or_default();
        match query.contains(';') || query.split('&').count() > MAX_NAMES {
            true => Err(AmbiguityError(
                "the query, which a rule reads, has a `;` or too many parameters",
            )),
            false => Ok(()),
        }
    }

    /// Returns the path and query to forward: the path in its canonical spelling, the query without a
    /// raw backslash.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        let query = self.raw_query.as_ref().map_or(0, |query| query.len() + 1);
        let mut text = self.path_with_room_for(query);
        if let Some(query) = &self.raw_query {
            text.push('?');
            text.push_str(query);
        }
        text
    }

    /// Returns the path in its canonical spelling.
    #[must_use]
    pub fn path(&self) -> String {
        self.path_with_room_for(0)
    }

    fn path_with_room_for(&self, more: usize) -> String {
        let length: usize = self.segments.iter().map(|one| one.len() + 1).sum();
        let mut text = String::with_capacity(length + more);
        for segment in &self.segments {
            text.push('/');
            push_encoded(&mut text, segment);
        }
        text
    }
}

fn segments(path: &str) -> Result<Vec<String>, AmbiguityError> {
    let segments = path
        .strip_prefix('/')
        .ok_or(AmbiguityError("the path does not begin with `/`"))?;
    let (before, last) = segments
        .rsplit_once('/')
        .map_or((None, segments), |(before, last)| (Some(before), last));
    let before = before.into_iter().flat_map(|before| before.split('/'));
    let mut segments: Vec<_> = before.map(segment).collect::<Result<_, _>>()?;
    segments.push(match last {
        "" => String::new(),
        last => segment(last)?,
    });
    Ok(segments)
}

/// Tells whether a path escapes an octet that need not be: some routers compare before they decode, and
/// take such a spelling for another path.
#[must_use]
pub fn has_needless_escapes(path_and_query: &str) -> bool {
    let path = path_and_query.split('?').next().unwrap_or_default();
    let mut escapes = path.split('%').skip(1);
    escapes.any(|behind| {
        let octet = behind.get(..2).map(|digits| u8::from_str_radix(digits, 16));
        octet.is_some_and(|octet| octet.is_ok_and(stays))
    })
}

fn segment(raw: &str) -> Result<String, AmbiguityError> {
    if raw.is_empty() {
        return Err(AmbiguityError("the path has an empty segment"));
    }
    let text = decode(raw, false)?;
    if text == "." || text == ".." {
        return Err(AmbiguityError("the path has a dot segment"));
    }
    if text.contains(['/', '\\', ';', '%', '?', '#']) || text.contains(char::is_control) {
        return Err(AmbiguityError(
            "the path has a separator or a control character inside a segment",
        ));
    }
    Ok(text)
}

/// Returns the names and values of a query, or why they are not read: a percent sign without an octet,
/// and octets that are not UTF-8, matter only if a rule reads them.
///
/// # Errors
///
/// [`AmbiguityError`] for what no query may have, and for a name that overrides the method.
fn pairs(query: &str) -> Result<Result<Vec<(String, String)>, AmbiguityError>, AmbiguityError> {
    if query.contains('#') || !query.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(AmbiguityError("the query has a character it must not"));
    }
    let mut names = query.split(['&', ';']).map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        // what is written so that it is not read could be it for somebody
        decode(name, true).map_or_else(|_| is_near_override(name), |name| overrides_method(&name))
    });
    if names.any(|overrides| overrides) {
        return Err(AmbiguityError("the query overrides the method"));
    }
    if query.contains("%00") {
        return Err(AmbiguityError("an octet is zero"));
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(name, true)?, decode(value, true)?))
    });
    Ok(pairs.collect())
}

/// Tells whether a name that cannot be decoded contains `method`, with or without its escapes.
fn is_near_override(name: &str) -> bool {
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%');
        let octet =
            digits.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        let is_escape = octet.is_some();
        let octet = octet.unwrap_or(*first);
        if octet.is_ascii_alphabetic() {
            bytes.push(octet.to_ascii_lowercase());
        }
        rest = behind
            .get(if is_escape { 2 } else { 0 }..)
            .unwrap_or_default();
    }
    bytes.windows(METHOD.len()).any(|window| window == METHOD)
}

const METHOD: &[u8] = b"method";

/// Returns the names that a framework finds which splits a query at `;` too.
fn behind_semicolons(query: &str) -> Result<impl Iterator<Item = String>, AmbiguityError> {
    let divided = query.contains(';').then(|| query.split(['&', ';']));
    let pieces = divided.into_iter().flatten();
    let names = pieces.map(|piece| decode(piece.split('=').next().unwrap_or_default(), true));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter())
}

#[cfg(test)]
mod tests;
