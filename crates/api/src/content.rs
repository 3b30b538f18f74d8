//! The media type of a body: as a request announces it, and as an operation declares it.

use std::fmt;

use crate::{AmbiguityError, parameters};

/// A `Content-Type` (RFC 9110 §8.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// Type and subtype, in lower case.
    pub essence: String,
    /// The kind of the body.
    pub kind: BodyKind,
    /// The parameters that are forwarded, each with the `; ` in front.
    parameters: String,
}

/// The way in which frameworks read a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// A form: a media type that begins with `application/x-www-form-urlencoded`. A prefix is enough for
    /// some frameworks.
    Form,
    /// JSON: `application/json`, or a type with the suffix `+json`.
    Json,
    /// JSON to frameworks that look for the word anywhere, such as Laravel.
    MaybeJson,
    /// Parts, which this boundary separates.
    Multipart(String),
    /// XML: a subtype `xml`, or one that ends in `+xml`.
    Xml,
    /// A body without names.
    Other,
}

impl ContentType {
    /// Reads the value of the one `Content-Type` of a request.
    ///
    /// # Errors
    ///
    /// [`AmbiguityError`] for what frameworks could read differently: a list, a malformed or repeated
    /// parameter, a charset other than UTF-8 where the body is text with names in it, and parts
    /// without a boundary.
    pub fn parse(value: &[u8]) -> Result<Self, AmbiguityError> {
        let (first, behind) = parameters::word(value.trim_ascii_start())?;
        let behind = behind
            .strip_prefix(b"/")
            .ok_or(AmbiguityError("the Content-Type has no subtype"))?;
        let (second, behind) = parameters::word(behind)?;
        let parameters = parameters::read(behind)?;
        let lower = |word: &[u8]| String::from_utf8_lossy(word).to_ascii_lowercase();
        let (first, second) = (lower(first), lower(second));
        let kind = match (first.as_str(), second.as_str()) {
            ("multipart", _) => BodyKind::Multipart(boundary(&parameters)?),
            ("application", sub) if sub.starts_with("x-www-form-urlencoded") => {
                if mentions_json(second.as_bytes()) {
                    return Err(AmbiguityError(
                        "the Content-Type is that of a form and of JSON",
                    ));
                }
                BodyKind::Form
            }
            ("application", "json") => BodyKind::Json,
            ("application", sub) if sub.ends_with("+json") && !is_framed(sub) => BodyKind::Json,
            _ if mentions_json(value) => BodyKind::MaybeJson,
            (_, sub) if sub == "xml" || sub.ends_with("+xml") => BodyKind::Xml,
            _ => BodyKind::Other,
        };
        let charset = parameters::single(&parameters, "charset")?;
        let has_names = !matches!(kind, BodyKind::Xml | BodyKind::Other);
        if has_names && !charset.is_none_or(is_utf8) {
            return Err(AmbiguityError("the charset is not UTF-8"));
        }
        let essence = format!("{first}/{second}");
        Ok(Self {
            parameters: written(&essence, &kind, &parameters),
            essence,
            kind,
        })
    }

    /// Returns the value in its one spelling, for an upstream: the boundary first, then `charset` and the
    /// parameters in which no framework that searches the whole value finds another kind of body or
    /// another boundary.
    #[must_use]
    pub fn canonical(&self) -> String {
        format!("{}{}", self.essence, self.parameters)
    }
}

/// Returns the parameters of a type that an upstream sees.
fn written(essence: &str, kind: &BodyKind, parameters: &[(String, Vec<u8>)]) -> String {
    let mut text = String::new();
    if let BodyKind::Multipart(boundary) = kind {
        push_parameter(&mut text, "boundary", boundary);
    }
    // nobody sends others with these
    let is_bare =
        matches!(kind, BodyKind::Form | BodyKind::MaybeJson) || essence == "multipart/form-data";
    for (name, value) in parameters {
        let Ok(value) = std::str::from_utf8(value) else {
            continue;
        };
        if (name == "charset" || !is_bare) && is_innocent(name) && is_innocent(value) {
            push_parameter(&mut text, name, value);
        }
    }
    text
}

fn push_parameter(text: &mut String, name: &str, value: &str) {
    let is_token = !value.is_empty() && value.bytes().all(parameters::is_token);
    let quote = if is_token { "" } else { "\"" };
    text.extend(["; ", name, "=", quote, value, quote]);
}

/// Returns true for text that suggests no kind of body to any framework, and has one spelling.
fn is_innocent(text: &str) -> bool {
    const WORDS: [&str; 5] = [
        "boundary",
        "form-data",
        "multipart",
        "octet-stream",
        "urlencoded",
    ];
    let lower = text.to_ascii_lowercase();
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'\\';
    text.bytes().all(is_plain) && !WORDS.iter().any(|word| lower.contains(word))
}

fn is_utf8(charset: &[u8]) -> bool {
    charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"utf8")
}

/// Tells whether JSON texts have their lengths in front, as in gRPC and Connect.
fn is_framed(subtype: &str) -> bool {
    subtype.starts_with("grpc") || subtype.starts_with("connect+")
}

fn mentions_json(value: &[u8]) -> bool {
    let value = value.to_ascii_lowercase();
    let mut windows = value.windows(b"/json".len());
    windows.any(|window| window == b"/json" || window == b"+json")
}

/// Returns the boundary (RFC 2046 §5.1.1), without characters at which a parser could end it.
fn boundary(parameters: &[(String, Vec<u8>)]) -> Result<String, AmbiguityError> {
    if parameters
        .iter()
        .any(|(name, _)| name.starts_with("boundary*"))
    {
        return Err(AmbiguityError("the boundary is encoded"));
    }
    let boundary = parameters::single(parameters, "boundary")?.unwrap_or_default();
    let lower = boundary.to_ascii_lowercase();
    if lower
        .windows(b"boundary=".len())
        .any(|window| window == b"boundary=")
    {
        // Rack takes the last one
        return Err(AmbiguityError("the boundary has a boundary in it"));
    }
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"()+_-./:=?".contains(byte);
    match (1..=70).contains(&boundary.len()) && boundary.iter().all(plain) {
        true => Ok(String::from_utf8_lossy(boundary).into_owned()),
        false => Err(AmbiguityError("the body has no plain boundary")),
    }
}

/// The media types that an operation declares for its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bodies {
    ranges: Vec<String>,
}

impl fmt::Display for Bodies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")?;
        self.ranges
            .iter()
            .filter(|range| *range != "application/json")
            .try_for_each(|range| write!(formatter, " or `{range}`"))
    }
}

impl Bodies {
    /// Takes media types and ranges: `application/json`, `image/*`, `*/*`. Parameters do not count.
    ///
    /// # Errors
    ///
    /// Names the first one that is not a media type.
    pub fn parse<'a>(ranges: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let ranges = ranges.into_iter().map(|range| {
            let essence = range.split(';').next().unwrap_or_default();
            let essence = essence.trim().to_ascii_lowercase();
            match ContentType::parse(essence.as_bytes()) {
                Err(_) if !essence.starts_with("multipart/") => {
                    Err(format!("`{range}` is not a media type"))
                }
                _ => Ok(essence),
            }
        });
        Ok(Self {
            ranges: ranges.collect::<Result<_, _>>()?,
        })
    }

    /// Returns true if no body is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Returns true if any body may come, also one without a `Content-Type`.
    #[must_use]
    pub fn takes_any(&self) -> bool {
        self.ranges.iter().any(|range| range == "*/*")
    }

    /// Returns true if a media type, in lower case and without parameters, is declared.
    #[must_use]
    pub fn takes(&self, essence: &str) -> bool {
        self.ranges
            .iter()
            .any(|range| match range.strip_suffix('*') {
                Some("*/") => true,
                Some(start) => essence.starts_with(start),
                None => range == essence,
            })
    }
}

#[cfg(test)]
mod tests;
