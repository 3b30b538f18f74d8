//! The one reading of a request's target: what is authorized is what is forwarded.
//!
//! Frameworks disagree about odd paths: some decode `%2f` into a separator, some drop `;x`, some
//! resolve `..`, some merge `//`. A path that two of them could read differently is refused, and the
//! rest is written anew from what was read.

use std::fmt::Write as _;

use crate::{
    AmbiguityError,
    name::{MAX_NAMES, is_alike, overrides_method},
};

/// A request's path and query, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    segments: Vec<String>,
    /// Why its names and values cannot be read in one way, which matters where a rule looks.
    query: Result<Vec<(String, String)>, AmbiguityError>,
    /// As it was sent, but for a backslash, which is escaped.
    raw_query: Option<String>,
}

impl Target {
    /// Reads a path and a query as they stand in a request line (RFC 9112 §3.2.1).
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
        Ok(Self {
            segments,
            query: match query.as_deref() {
                Some(query) => pairs(query)?,
                None => Ok(Vec::new()),
            },
            raw_query: query,
        })
    }

    /// The decoded segments of the path; the last one is empty if the path ends with a slash.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The one value of a query parameter.
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
                "a parameter that a rule looks at is there twice, or in another spelling",
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

    /// The first name in the query that is not one of these, each of which counts in this spelling
    /// only.
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

    /// Some frameworks end a parameter at `;`, and some read so many and no more.
    fn require_one_reading(&self) -> Result<(), AmbiguityError> {
        let query = self.raw_query.as_deref().unwrap_or_default();
        match query.contains(';') || query.split('&').count() > MAX_NAMES {
            true => Err(AmbiguityError(
                "the query, which a rule looks at, has a `;` or too many parameters",
            )),
            false => Ok(()),
        }
    }

    /// The path and query to forward: the path in its one spelling, the query without a raw backslash.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        let mut text = self.path();
        if let Some(query) = &self.raw_query {
            text.push('?');
            text.push_str(query);
        }
        text
    }

    /// The path in its one spelling.
    #[must_use]
    pub fn path(&self) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            text.push('/');
            push_encoded(&mut text, segment);
        }
        text
    }
}

/// Tells whether an octet of a segment is written as it is (RFC 3986 §3.3).
pub(crate) fn stays(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@".contains(&byte)
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

/// Appends a text so that it stays one segment of a path (RFC 3986 §3.3).
pub fn push_encoded(out: &mut String, segment: &str) {
    for byte in segment.bytes() {
        if stays(byte) {
            out.push(char::from(byte));
        } else {
            // writing to a String cannot fail
            let _ = write!(out, "%{byte:02X}");
        }
    }
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

/// The names and values of a query, or why they are not read: a percent sign that begins no octet, and
/// octets that are no UTF-8, matter only where somebody looks.
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

/// Whether a name that cannot be decoded has `method` in it, with or without its escapes.
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

/// The names that are there for a framework which takes a query apart at `;` too.
fn behind_semicolons(query: &str) -> Result<impl Iterator<Item = String>, AmbiguityError> {
    let divided = query.contains(';').then(|| query.split(['&', ';']));
    let pieces = divided.into_iter().flatten();
    let names = pieces.map(|piece| decode(piece.split('=').next().unwrap_or_default(), true));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter())
}

/// Decodes percent signs once (RFC 3986 §2.1), and `+` in a query.
pub(crate) fn decode(raw: &str, plus: bool) -> Result<String, AmbiguityError> {
    const MALFORMED: AmbiguityError = AmbiguityError("a percent sign does not begin an octet");
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let mut digit = || {
                    let digit = char::from(rest.next()?).to_digit(16)?;
                    u8::try_from(digit).ok()
                };
                let (high, low) = (digit().ok_or(MALFORMED)?, digit().ok_or(MALFORMED)?);
                bytes.push(high << 4 | low);
            }
            b'+' if plus => bytes.push(b' '),
            byte if byte.is_ascii_graphic() => bytes.push(byte),
            _ => return Err(AmbiguityError("an octet is not percent-encoded")),
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| AmbiguityError("an octet is no UTF-8"))?;
    if text.contains('\0') {
        return Err(AmbiguityError("an octet is zero"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G04
    #[test]
    fn an_escape_is_needless_where_the_octet_could_stand_itself() {
        for path in ["/items/%61ll", "/%7e", "/a/%2E%2e", "/a%2Db?x=1"] {
            assert!(has_needless_escapes(path), "{path}");
        }
        for path in [
            "/items/all",
            "/a%20b",
            "/caf%c3%a9",
            "/a?x=%61",
            "/%zz",
            "/%",
        ] {
            assert!(!has_needless_escapes(path), "{path}");
        }
    }

    #[test]
    fn a_plain_target_is_forwarded_as_it_was_read() {
        for (sent, forwarded) in [
            ("/", "/"),
            ("/a/b", "/a/b"),
            ("/a/%62?x=1&y=%20+", "/a/b?x=1&y=%20+"),
            ("/%C3%A9/a%20b", "/%C3%A9/a%20b"),
            ("/a:b@c,d", "/a:b@c,d"),
            ("/a/?x=1", "/a/?x=1"),
            ("/a/..b/.c", "/a/..b/.c"),
            ("/a?q=a\\b&\\=%5c", "/a?q=a%5Cb&%5C=%5c"),
        ] {
            let target = Target::parse(sent).unwrap();
            assert_eq!(target.path_and_query(), forwarded);
            let again = Target::parse(forwarded).unwrap();
            assert_eq!(again.segments(), target.segments(), "{sent}");
        }
    }

    /// G04, G07
    #[test]
    fn a_query_that_cannot_be_decoded_is_forwarded_where_no_rule_looks() {
        for sent in ["/a?q=100%", "/a?q=%ff&x=1", "/a?%zz", "/a?q=50%25%"] {
            let target = Target::parse(sent).unwrap();
            assert_eq!(target.path_and_query(), sent);
            assert!(target.query("x").is_err(), "{sent}");
            assert!(target.surplus(&[]).is_err(), "{sent}");
            assert!(target.require_absent("id").is_err(), "{sent}");
        }
        // what it could hide is looked at all the same
        for sent in [
            "/a?q=%&_method=PUT",
            "/a?_method%=PUT",
            "/a?_%6d%65thod%zz=PUT",
            "/a?x=%ff;_method=PUT",
            "/a?q=%&x=%00",
        ] {
            assert!(Target::parse(sent).is_err(), "{sent}");
        }
    }

    /// G04
    #[test]
    fn what_two_upstreams_could_read_differently_is_refused() {
        for sent in [
            "/admin/..;/public",
            "/public/../admin",
            "/admin%2f",
            "/admin%252f",
            "//admin",
            "/./admin",
            "/admin/.",
            "/admin/..",
            "/admin;x=1",
            "/admin%3bx",
            "/admin%00",
            "/admin\\",
            "/admin%5c",
            "/admin//",
            "//",
            "/%2e%2e/admin",
            "/a/%2E",
            "/admin%0d%0aX:1",
            "/a%c0%af",
            "/a%ff",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%3f",
            "/a%23b",
            "admin",
            "",
            "*",
            "/a b",
            "/a\u{e9}",
            "/a?x=1#f",
            "/a?x=%00",
            "http://other/admin",
        ] {
            assert!(Target::parse(sent).is_err(), "{sent}");
        }
        // the control
        assert!(Target::parse("/admin").is_ok());
    }

    /// G15
    #[test]
    fn a_parameter_that_is_looked_at_has_one_value() {
        let value = |query: &str| {
            let target = Target::parse(&format!("/a?{query}")).unwrap();
            target.query("id").map(|value| value.map(str::to_owned))
        };
        assert_eq!(value("id=7&x=1"), Ok(Some("7".into())));
        assert_eq!(value("i%64=a%26b"), Ok(Some("a&b".into())));
        assert_eq!(value("x=1"), Ok(None));
        assert_eq!(value("id=a\\b"), Ok(Some("a\\b".into())));
        for twice in [
            "id=1&id=2",
            "id=1&id[]=2",
            "id[]=1",
            "id[$ne]=1",
            "ID=1",
            "id=1&Id=2",
            "id.x=1",
            "id=1&[id]=2",
            "id=1&%20id=2",
            "id=1;id=2",
            "id=1&x=1;id=2",
            "id=a]=b",
            "id]=1",
            "id=1&?id=2",
            "id=1&%EF%BB%BFid=2",
            "id=1&id.=2",
            &format!("{}id=1", "x&".repeat(1_000)),
        ] {
            assert!(value(twice).is_err(), "{twice}");
        }
        // the control: as many as are read
        let many = format!("{}id=1", "x&".repeat(999));
        assert_eq!(value(&many), Ok(Some("1".into())));
        // what no framework takes for it
        for other in ["x[id]=2", "xid=2", "id_x=2", "x=]="] {
            let query = format!("id=1&{other}");
            assert_eq!(value(&query), Ok(Some("1".into())), "{other}");
        }
    }

    /// G06
    #[test]
    fn a_query_overrides_no_method() {
        for query in [
            "_method=DELETE",
            "_METHOD=DELETE",
            "x=1&_Method=delete",
            "%5Fmethod=DELETE",
            "_%6Dethod=DELETE",
            ".method=DELETE",
            "%20method=DELETE",
            "+_method=DELETE",
            "[method=DELETE",
            "_method[]=DELETE",
            "[_method]=DELETE",
            "?_method=DELETE",
            "_method",
            "x=1;_method=DELETE",
            "x=1;+%5fmethod=DELETE",
        ] {
            assert!(Target::parse(&format!("/a?{query}")).is_err(), "{query}");
        }
        // the controls
        for query in [
            "method=card",
            "payment_method=card",
            "x=_method",
            "a=1;b=2",
            "x_method=1",
        ] {
            assert!(Target::parse(&format!("/a?{query}")).is_ok(), "{query}");
        }
    }

    /// G15
    #[test]
    fn a_name_that_a_rule_reads_elsewhere_is_not_in_the_query() {
        let absent = |query: &str| {
            let target = Target::parse(&format!("/a?{query}")).unwrap();
            target.require_absent("from").is_ok()
        };
        let many = format!("{}a=1", "x&".repeat(1_000));
        for query in [
            "from=1",
            "from[]=1",
            "FROM=1",
            "+from=1",
            "from.=1",
            "from.x=1",
            "[from]=1",
            "from]=1",
            "x=1;from=1",
            "x=1;+from=1",
            "f%72om=1",
            "from",
            "?from=1",
            &many,
        ] {
            assert!(!absent(query), "{query}");
        }
        for query in [
            "",
            "form=1",
            "x=from",
            "x[from]=1",
            "x=1;y=2",
            "q=a;b&x=from=1",
        ] {
            assert!(absent(query), "{query}");
        }
    }

    /// G17
    #[test]
    fn a_closed_query_has_only_the_names_that_it_may_have() {
        let surplus = |query: &str| {
            let target = Target::parse(&format!("/a?{query}")).unwrap();
            let allowed = ["page".to_owned(), "limit".to_owned()];
            target.surplus(&allowed).map(|one| one.map(str::to_owned))
        };
        for query in ["", "page=1", "limit=2&page=1", "page=1&page=2", "p%61ge=1"] {
            assert_eq!(surplus(query), Ok(None), "{query}");
        }
        for (query, name) in [
            ("role=admin", "role"),
            ("page=1&Page=2", "Page"),
            ("page[]=1", "page[]"),
        ] {
            assert_eq!(surplus(query), Ok(Some(name.into())), "{query}");
        }
        assert!(surplus("page=1;role=admin").is_err());
    }
}
