//! The path of an operation, with its parameters.

use std::fmt;

use crate::{
    AmbiguityError, Target,
    fold::fold,
    segment::{Parameter, ParameterKind, Segment},
    target::{push_encoded, stays},
};

/// The path of an operation, as OpenAPI 3.1 writes it: a parameter may be a part of a segment, a slash
/// at the end counts, and `{path*}` at the end takes the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The last one is an empty text if the path ends with a slash.
    segments: Vec<Segment>,
    /// The name of what takes the rest, one segment or more.
    rest: Option<String>,
}

/// The parameters of a path, by their names.
pub type Parameters = Vec<(String, String)>;

impl Template {
    /// Reads a path with parameters in braces. `{id:int}`, `{id:uuid}` and `{state:open|closed}` match
    /// only such values.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn parse(path: &str) -> Result<Self, String> {
        let inner = path
            .strip_prefix('/')
            .ok_or_else(|| format!("the path `{path}` does not begin with `/`"))?;
        let (inner, rest) = match inner.rsplit_once('/').unwrap_or(("", inner)) {
            (before, last) if last.ends_with("*}") => (before, Some(rest_of(path, last)?)),
            _ => (inner, None),
        };
        let has_segments = rest.is_none() || inner.len() + 1 < path.len() && !inner.is_empty();
        let texts = inner.split('/').filter(|_| has_segments);
        let segments: Vec<_> = texts
            .map(|text| Segment::parse(text).map_err(|why| format!("in `{path}` {why}")))
            .collect::<Result<_, _>>()?;
        let template = Self { segments, rest };
        template.require_sound(path)?;
        Ok(template)
    }

    /// Reads a path of which a part is not understood, as frameworks could: they merge slashes, walk dots
    /// and drop what is behind `;`. What another such segment could be is anything, and one that is written
    /// as if it took several takes the rest.
    #[must_use]
    pub fn lenient(path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let is_slash_at_end = path.len() > 1 && path.ends_with('/');
        let (mut segments, mut rest) = (Vec::new(), None);
        for (at, text) in path.split('/').enumerate() {
            let text = text.split(';').next().unwrap_or_default();
            match text {
                "" | "." => {}
                ".." => drop(segments.pop()),
                text if takes_several(text) => {
                    rest = Some(format!("segment{at}"));
                    break;
                }
                text => segments.push(lenient_segment(text, at)),
            }
        }
        if rest.is_none() && (segments.is_empty() || is_slash_at_end) {
            segments.push(Segment::Text(String::new()));
        }
        Self { segments, rest }
    }

    /// The path as no framework tells it from another one by its texts: without case and the like, and with
    /// `{}` for every segment that has a parameter.
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

    /// Tells whether a request for the other path could be one for this path below some prefix.
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

    fn require_sound(&self, path: &str) -> Result<(), String> {
        let mut names: Vec<_> = self.parameters().collect();
        names.sort_unstable();
        if names
            .windows(2)
            .any(|pair| matches!(pair, [one, other] if one == other))
        {
            return Err(format!("in `{path}` two parameters have one name"));
        }
        let inner = self.segments.iter().rev().skip(1);
        let empty = inner.chain(self.segments.last().filter(|_| self.rest.is_some()));
        let mut empty = empty.filter(|one| matches!(one, Segment::Text(text) if text.is_empty()));
        match empty.next().is_none() && Target::parse(&self.example()).is_ok() {
            true => Ok(()),
            false => Err(format!("the path `{path}` is one that the guard refuses")),
        }
    }

    /// A path that it matches, as far as texts go.
    fn example(&self) -> String {
        let segments = self.segments.iter().map(|segment| match segment {
            Segment::Text(text) => text.clone(),
            Segment::Parameter(_) => "x".to_owned(),
            Segment::Mixed(_) => segment.written(&|_| "x".to_owned()),
        });
        let mut path = String::new();
        for segment in segments.chain(self.rest.iter().cloned()) {
            path.push('/');
            push_encoded(&mut path, &segment);
        }
        path
    }

    /// The names of its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        let named = self
            .all_parameters()
            .map(|parameter| parameter.name.as_str());
        named.chain(self.rest.as_deref())
    }

    /// Tells whether a parameter is an integer.
    pub(crate) fn is_integer(&self, name: &str) -> bool {
        let mut named = self.all_parameters();
        named.any(|one| one.name == name && one.kind == ParameterKind::Integer)
    }

    fn all_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.segments.iter().flat_map(Segment::parameters)
    }

    /// The segments before the rest.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The same up to a segment.
    pub(crate) fn up_to(&self, segments: usize) -> Self {
        Self {
            segments: self.segments.iter().take(segments).cloned().collect(),
            rest: None,
        }
    }

    /// Tells in short whether the other could have the same [`Template::outline`].
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

    /// Tells whether it takes whatever follows.
    #[must_use]
    pub fn takes_rest(&self) -> bool {
        self.rest.is_some()
    }

    /// Tells whether it matches every path.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.rest.is_some() && self.segments.is_empty()
    }

    /// Says of parameters that may be anything what they may be.
    pub fn describe(&mut self, kind_of: impl Fn(&str) -> Option<ParameterKind>) {
        let parameters = self.segments.iter_mut().flat_map(Segment::parameters_mut);
        for parameter in parameters.filter(|parameter| parameter.kind == ParameterKind::Any) {
            if let Some(kind) = kind_of(&parameter.name) {
                parameter.kind = kind;
            }
        }
    }

    /// Says of its parameters what another template of the same path says of those in their place.
    pub fn describe_like(&mut self, other: &Self) {
        let kinds: Vec<_> = other.all_parameters().map(|one| one.kind.clone()).collect();
        let parameters = self.segments.iter_mut().flat_map(Segment::parameters_mut);
        for (parameter, kind) in parameters.zip(kinds) {
            if parameter.kind == ParameterKind::Any {
                parameter.kind = kind;
            }
        }
    }

    pub(crate) fn matches(&self, segments: &[String]) -> bool {
        let enough = match self.rest {
            Some(_) => segments.len() > self.segments.len(),
            None => segments.len() == self.segments.len(),
        };
        let mut pairs = self.segments.iter().zip(segments);
        enough && pairs.all(|(own, segment)| own.matches(segment))
    }

    /// The values of its parameters in a path that it matches.
    ///
    /// # Errors
    ///
    /// [`AmbiguityError`] if a segment can be split in two ways.
    pub(crate) fn values(&self, segments: &[String]) -> Result<Parameters, AmbiguityError> {
        let mut values = Vec::new();
        for (own, segment) in self.segments.iter().zip(segments) {
            own.push_values(segment, &mut values)?;
        }
        if let Some(name) = &self.rest {
            let rest = segments.get(self.segments.len()..).unwrap_or_default();
            values.push((name.clone(), rest.join("/")));
        }
        Ok(values)
    }

    /// The path without the names of its parameters: two of one shape are the same path.
    #[must_use]
    pub fn shape(&self) -> String {
        self.written("*", |parameter| format!("{{{}}}", parameter.kind))
    }

    /// The path without the names and kinds of its parameters.
    #[must_use]
    pub fn outline(&self) -> String {
        self.written("*", |_| "{}".to_owned())
    }

    fn written(&self, rest: &str, parameter: impl Fn(&Parameter) -> String) -> String {
        let segments = self.segments.iter().map(|one| one.written(&parameter));
        let rest = self.rest.iter().map(|_| format!("{{{rest}}}"));
        let written = segments.chain(rest);
        written.map(|segment| format!("/{segment}")).collect()
    }

    /// Without the empty text that a slash at the end is.
    pub(crate) fn before_slash(&self) -> &[Segment] {
        match self.segments.split_last() {
            Some((Segment::Text(text), before)) if text.is_empty() => before,
            _ => &self.segments,
        }
    }

    /// Tells whether every path that it matches is matched by the other as well, slashes at the end and
    /// equality aside: it is at least as specific.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.compares(other, false, Segment::is_within)
    }

    /// Tells whether no framework prefers the other for a path that it matches, whatever parameters may
    /// be.
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
            let mut pairs = own.iter().zip(others);
            pairs.all(|(own, other)| compare(own, other))
        };
        // a parameter may take what is behind the slash, which is nothing
        let empty = self.segments.len() == others.len() && self.rest.is_none();
        lengths && all_within(own, others) || empty && all_within(&self.segments, others)
    }

    /// Tells whether some framework could take a path that it matches for the other.
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

    /// Tells whether some framework that chooses by what parameters may be would take these segments for
    /// it, and not for the other.
    pub(crate) fn converts(&self, segments: &[String], other: &Self) -> bool {
        let mut pairs = self.segments.iter().zip(&other.segments).zip(segments);
        let mut differs = false;
        let converts = pairs.all(|((own, other), segment)| {
            differs |= !other.is_within(own);
            own.converts(segment)
        });
        converts && differs
    }

    /// The same without the suffix that a framework may take off.
    pub(crate) fn without_suffix(&self) -> Option<Self> {
        if self.rest.is_some() {
            return None;
        }
        let mut segments = self.before_slash().to_vec();
        let last = segments.last_mut()?;
        *last = last.without_suffix()?;
        Some(Self {
            segments,
            rest: None,
        })
    }

    /// Tells whether it has a text where the other, which it is within, has a parameter.
    pub(crate) fn fixes_more_than(&self, other: &Self) -> bool {
        let text = |segment: Option<&Segment>| matches!(segment, Some(Segment::Text(_)));
        let mut positions = 0..self.segments.len();
        positions.any(|at| text(self.segments.get(at)) && !text(other.segments.get(at)))
    }

    /// Tells whether a framework that does not decode would take a text of it for something else.
    pub(crate) fn has_escapes(&self) -> bool {
        let mut texts = self.segments.iter().flat_map(Segment::texts);
        texts.any(|text| !text.bytes().all(stays))
    }
}

/// The name in `{name*}`.
fn rest_of(path: &str, segment: &str) -> Result<String, String> {
    let name = segment
        .strip_prefix('{')
        .and_then(|name| name.strip_suffix("*}"));
    match name.filter(|name| !name.is_empty() && !name.contains(['{', '}', '*'])) {
        Some(name) => Ok(name.to_owned()),
        None => Err(format!(
            "in `{path}` the segment `{segment}` stands for no rest: write `{{path*}}` alone, at the end"
        )),
    }
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.rest.as_ref().map(|name| format!("{name}*"));
        let written = self.written(&rest.unwrap_or_default(), |one| match one.kind {
            ParameterKind::Integer | ParameterKind::Uuid => {
                format!("{{{}:{}}}", one.name, one.kind)
            }
            ParameterKind::Any | ParameterKind::OneOf(_) => format!("{{{}}}", one.name),
        });
        formatter.write_str(&written)
    }
}

fn lenient_segment(text: &str, at: usize) -> Segment {
    let is_sent = |segment: &Segment| match segment {
        Segment::Text(text) => {
            let mut written = String::from("/");
            push_encoded(&mut written, text);
            Target::parse(&written).is_ok()
        }
        Segment::Parameter(_) | Segment::Mixed(_) => true,
    };
    let read = Segment::parse(text).ok().filter(is_sent);
    read.unwrap_or_else(|| {
        Segment::Parameter(Parameter {
            name: format!("segment{at}"),
            kind: ParameterKind::Any,
        })
    })
}

/// Whether a segment is written as what takes several segments elsewhere: `*`, `**`, `{proxy+}`, `{+path}`,
/// `{*path}`, `{path...}`.
fn takes_several(text: &str) -> bool {
    let inner = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    let is_sign = |text: &str| {
        text.starts_with(['*', '+']) || text.ends_with(['*', '+']) || text.ends_with("...")
    };
    matches!(text, "*" | "**") || inner.is_some_and(is_sign)
}

/// In a rough path: one segment that may be anything, and what follows.
const ANYTHING: &str = "{}";
const REST: &str = "{*}";

#[cfg(test)]
mod tests {
    use super::*;

    fn values(template: &str, path: &str) -> Option<Result<Parameters, AmbiguityError>> {
        let template = Template::parse(template).unwrap();
        let target = Target::parse(path).unwrap();
        let segments = target.segments();
        template
            .matches(segments)
            .then(|| template.values(segments))
    }

    fn one(template: &str, path: &str) -> Option<String> {
        let values = values(template, path)?.unwrap();
        let values: Vec<_> = values
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Some(values.join(" "))
    }

    #[test]
    fn paths_are_as_apis_have_them() {
        for (template, path, said) in [
            ("/", "/", ""),
            ("/items/", "/items/", ""),
            ("/items/{id}", "/items/7", "id=7"),
            ("/items/{id}/", "/items/7/", "id=7"),
            ("/Accounts/{Sid}.json", "/Accounts/AC1.json", "Sid=AC1"),
            (
                "/Accounts/{Sid}.json",
                "/Accounts/a.json.json",
                "Sid=a.json",
            ),
            ("/v1/{name}:cancel", "/v1/op:cancel", "name=op"),
            ("/{base}...{head}", "/main...topic", "base=main head=topic"),
            ("/v{major}.{minor}/x", "/v1.2/x", "major=1 minor=2"),
            ("/caf\u{e9}/{id}", "/caf%C3%A9/7", "id=7"),
            ("/caf%C3%A9/a%20b", "/caf%c3%a9/a%20b", ""),
            ("/{path*}", "/", "path="),
            ("/{path*}", "/a/b", "path=a/b"),
            ("/static/{path*}", "/static/css/a.css", "path=css/a.css"),
            ("/static/{path*}", "/static/", "path="),
            ("/{org}/-/{path*}", "/o/-/a/", "org=o path=a/"),
            ("/items/{id:int}", "/items/-7", "id=-7"),
            (
                "/items/{id:uuid}",
                "/items/67E55044-10b1-426f-9247-bb680e5fe0c8",
                "id=67E55044-10b1-426f-9247-bb680e5fe0c8",
            ),
            ("/items/{state:open|closed}", "/items/open", "state=open"),
        ] {
            assert_eq!(
                one(template, path).as_deref(),
                Some(said),
                "{template} {path}"
            );
        }
    }

    #[test]
    fn another_path_is_not_matched() {
        for (template, path) in [
            ("/items/", "/items"),
            ("/items", "/items/"),
            ("/items/{id}", "/items/"),
            ("/items/{id}", "/items/7/"),
            ("/Accounts/{Sid}.json", "/Accounts/AC1.JSON"),
            ("/Accounts/{Sid}.json", "/Accounts/.json"),
            ("/v1/{name}:cancel", "/v1/op"),
            ("/{base}...{head}", "/main..topic"),
            ("/static/{path*}", "/static"),
            ("/items/{id:int}", "/items/01"),
            ("/items/{id:int}", "/items/+1"),
            ("/items/{id:int}", "/items/1e0"),
            ("/items/{id:int}", "/items/1.0"),
            ("/items/{id:int}", "/items/ALL"),
            ("/items/{id:int}", "/items/-0"),
            ("/items/{id:int}", "/items/18446744073709551616"),
            (
                "/items/{id:uuid}",
                "/items/67e5504410b1426f9247bb680e5fe0c8",
            ),
            ("/items/{state:open|closed}", "/items/Open"),
        ] {
            assert_eq!(one(template, path), None, "{template} {path}");
        }
    }

    #[test]
    fn a_segment_that_can_be_split_in_two_ways_is_ambiguous() {
        for (template, path) in [
            ("/{base}...{head}", "/a...b...c"),
            ("/{base}...{head}", "/a....b"),
            ("/{a}-{b}-{c}", "/1-2-3-4"),
        ] {
            assert!(
                values(template, path).unwrap().is_err(),
                "{template} {path}"
            );
        }
        assert!(values("/{a:int}-{b}", "/1-2-3").unwrap().is_err());
        // the controls
        assert_eq!(one("/{a}-{b}", "/1-2").as_deref(), Some("a=1 b=2"));
        assert_eq!(one("/{a:int}-{b}", "/x-2"), None);
        assert!(values("/{a}-{b}-{c}", &format!("/{}", "-".repeat(8_000))).is_some());
    }

    #[test]
    fn a_path_that_cannot_be_meant_is_refused_and_says_how_to_write_it() {
        for path in [
            "users",
            "/a/{}",
            "/a//b",
            "/a/..",
            "/a;b",
            "/{a}{b}",
            "/{a",
            "/a}",
            "/{a}/{a}",
            "/{id:number}",
            "/a%2fb",
            "/{a{b}}",
        ] {
            assert!(Template::parse(path).is_err(), "{path}");
        }
        for path in [
            "/*",
            "/**",
            "/a/*",
            "/{path...}",
            "/{*path}",
            "/{path*}/a",
            "/a{path*}",
            "/{**path}",
            "/{+path}",
            "/:{path*}",
        ] {
            let why = Template::parse(path).unwrap_err();
            assert!(why.contains("`{path*}`"), "{path}: {why}");
        }
    }

    #[test]
    fn a_parameter_in_the_spelling_of_a_framework_is_refused_and_says_how_to_write_it() {
        for (path, means) in [
            ("/accounts/:id", "`{id}`"),
            ("/accounts/:account_id?", "`{account_id}`"),
            ("/accounts/<int:id>/", "`{id:int}`"),
            ("/accounts/<uuid:id>", "`{id:uuid}`"),
            ("/accounts/<id>", "`{id}`"),
            ("/files/<path:name>", "`{name*}`"),
            ("/accounts/[id]", "`{id}`"),
            ("/docs/[...slug]", "`{slug}`"),
            ("/accounts/{int:id}", "`{id:int}`"),
            ("/accounts/{str:name}", "`{name}`"),
            ("/files/{path:name}", "`{name*}`"),
            ("/^accounts", "`{id}`"),
            ("/(?P<id>[0-9]+)", "`{id}`"),
        ] {
            let why = Template::parse(path).unwrap_err();
            assert!(why.contains(means), "{path}: {why}");
        }
        // what an API may well have
        for path in [
            "/v1/{name}:cancel",
            "/v1/jobs:batch",
            "/$metadata",
            "/Products({key})",
            "/a/%3Aid",
            "/a/%5Bid%5D",
            "/@{user}",
            "/:",
        ] {
            assert!(Template::parse(path).is_ok(), "{path}");
        }
    }

    #[test]
    fn what_is_not_understood_could_be_anything() {
        for (path, outline) in [
            ("/admin", "/admin"),
            ("/odd/{a}{b}/x", "/odd/{}/x"),
            ("/a/../b?c", "/b"),
            ("/a//b/./c", "/a/b/c"),
            ("/users/me;x=1/a", "/users/me/a"),
            ("/a/b%2f", "/a/{}"),
            ("/a/{b", "/a/{}"),
            ("/a/", "/a/"),
            ("/", "/"),
            ("", "/"),
            ("/admin/{proxy+}", "/admin/{*}"),
            ("/f/{+path}/x", "/f/{*}"),
            ("/g/**", "/g/{*}"),
            ("/i/{a}/*", "/i/{}/{*}"),
        ] {
            assert_eq!(Template::lenient(path).outline(), outline, "{path}");
        }
    }

    #[test]
    fn a_rough_path_is_told_apart_by_its_texts_alone() {
        let rough = |path: &str| Template::lenient(path).rough().join("/");
        for path in ["/A/{b}", "/a/{b:int}/", "/a/{b}.json", "/a/x{b}"] {
            assert_eq!(rough(path), "a/{}", "{path}");
        }
        assert_ne!(rough("/a/b"), rough("/a/{b}"));
        let could_end =
            |one: &str, other: &str| Template::lenient(one).could_end(&Template::lenient(other));
        for other in ["/e", "/v1/e", "/{v}/e", "/v1/{x}", "/static/{path*}"] {
            assert!(could_end("/e", other), "{other}");
        }
        for other in ["/f", "/e/f", "/{x}/f", "/{x}"] {
            assert!(!could_end("/e", other), "{other}");
        }
        assert!(!could_end("/a/e", "/e") && could_end("/{a}/e", "/{x}/e"));
    }

    #[test]
    fn it_is_written_as_it_was_read() {
        for path in [
            "/",
            "/items/",
            "/v1/{name}:cancel",
            "/{a}...{b}/",
            "/static/{path*}",
            "/{path*}",
            "/items/{id:int}",
        ] {
            assert_eq!(Template::parse(path).unwrap().to_string(), path);
        }
        let mut template = Template::parse("/a/{id}/{name}").unwrap();
        template.describe(|name| (name == "id").then_some(ParameterKind::Integer));
        assert_eq!(template.to_string(), "/a/{id:int}/{name}");
        assert_eq!(template.outline(), "/a/{}/{}");
        let mut other = Template::parse("/a/{x}/{y}").unwrap();
        other.describe_like(&template);
        assert_eq!(other.to_string(), "/a/{x:int}/{y}");
    }
}
