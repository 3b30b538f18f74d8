//! What kind of body a request says that it has, read strictly, and which kinds an operation declares.

use crate::{Ambiguous, parameters};

/// A `Content-Type` (RFC 9110 §8.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// Type and subtype, in lower case.
    pub essence: String,
    /// How a framework reads the body.
    pub kind: Kind,
}

/// How a framework reads a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As a form: a media type that begins with `application/x-www-form-urlencoded`. A prefix is
    /// enough for some frameworks.
    Form,
    /// As JSON: `application/json`, or a type with the suffix `+json`.
    Json,
    /// As JSON, by frameworks that look for the word anywhere, such as Laravel.
    MaybeJson,
    /// In parts, which this boundary separates.
    Multipart(String),
    /// In no way that has names.
    Other,
}

impl ContentType {
    /// Reads the value of the one `Content-Type` of a request.
    ///
    /// # Errors
    ///
    /// [`Ambiguous`] for what frameworks could read differently: a list, a malformed or repeated
    /// parameter, a charset other than UTF-8 where the body is text with names in it, and parts
    /// without a boundary.
    pub fn parse(value: &[u8]) -> Result<Self, Ambiguous> {
        let (first, behind) = parameters::word(value.trim_ascii_start())?;
        let behind = behind
            .strip_prefix(b"/")
            .ok_or(Ambiguous("the Content-Type has no subtype"))?;
        let (second, behind) = parameters::word(behind)?;
        let parameters = parameters::read(behind)?;
        let lower = |word: &[u8]| String::from_utf8_lossy(word).to_ascii_lowercase();
        let (first, second) = (lower(first), lower(second));
        let kind = match (first.as_str(), second.as_str()) {
            ("multipart", _) => Kind::Multipart(boundary(&parameters)?),
            ("application", sub) if sub.starts_with("x-www-form-urlencoded") => Kind::Form,
            ("application", "json") => Kind::Json,
            ("application", sub) if sub.ends_with("+json") && !is_framed(sub) => Kind::Json,
            _ if mentions_json(value) => Kind::MaybeJson,
            _ => Kind::Other,
        };
        let charset = parameters::single(&parameters, "charset")?;
        if kind != Kind::Other && !charset.is_none_or(is_utf8) {
            return Err(Ambiguous("the charset is not UTF-8"));
        }
        Ok(Self {
            essence: format!("{first}/{second}"),
            kind,
        })
    }
}

fn is_utf8(charset: &[u8]) -> bool {
    charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"utf8")
}

/// JSON texts with their lengths in front, by gRPC and Connect.
fn is_framed(subtype: &str) -> bool {
    subtype.starts_with("grpc") || subtype.starts_with("connect+")
}

fn mentions_json(value: &[u8]) -> bool {
    let value = value.to_ascii_lowercase();
    let mut windows = value.windows(b"/json".len());
    windows.any(|window| window == b"/json" || window == b"+json")
}

/// RFC 2046 §5.1.1, without those characters at which a parser could end it.
fn boundary(parameters: &[(String, Vec<u8>)]) -> Result<String, Ambiguous> {
    if parameters
        .iter()
        .any(|(name, _)| name.starts_with("boundary*"))
    {
        return Err(Ambiguous("the boundary is encoded"));
    }
    let boundary = parameters::single(parameters, "boundary")?.unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"()+_-./:=?".contains(byte);
    match (1..=70).contains(&boundary.len()) && boundary.iter().all(plain) {
        true => Ok(String::from_utf8_lossy(boundary).into_owned()),
        false => Err(Ambiguous("the body has no plain boundary")),
    }
}

/// The media types that an operation declares for its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bodies {
    ranges: Vec<String>,
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
mod tests {
    use super::*;

    fn kind(value: &str) -> Option<Kind> {
        ContentType::parse(value.as_bytes())
            .ok()
            .map(|one| one.kind)
    }

    #[test]
    fn what_clients_send_is_read() {
        for value in [
            "application/json",
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            "application/json; charset=\"utf-8\"",
            "application/json;charset=utf8",
            "application/json;",
            "APPLICATION/JSON",
            "application/vnd.api+json",
            "application/merge-patch+json",
            "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
            "application/json;odata.metadata=minimal;odata.streaming=true",
        ] {
            assert_eq!(kind(value), Some(Kind::Json), "{value}");
        }
        for value in [
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded;charset=UTF-8",
            "application/x-www-form-urlencoded-x",
        ] {
            assert_eq!(kind(value), Some(Kind::Form), "{value}");
        }
        for boundary in [
            "----WebKitFormBoundary7MA4YWxkTrZu0gW",
            "----geckoformboundary6ac3bf",
            "----formdata-undici-012345678901",
            "3d1f9a7e-6a6f-4a1e-9a0e-2f1b6f6d2f4e",
            "alamofire.boundary.0f5d1a2b3c4d5e6f",
        ] {
            let value = format!("multipart/form-data; boundary={boundary}");
            assert_eq!(kind(&value), Some(Kind::Multipart(boundary.into())));
        }
        let java = "multipart/mixed; boundary=\"----=_Part_0_1330.1719\"";
        assert!(matches!(kind(java), Some(Kind::Multipart(_))));
        for value in [
            "text/plain;charset=iso-8859-1",
            "text/plain",
            "application/octet-stream",
            "application/x-ndjson",
            "image/png",
            "*/*",
        ] {
            assert_eq!(kind(value), Some(Kind::Other), "{value}");
        }
        for value in [
            "text/json",
            "foo/x+json",
            "application/grpc+json",
            "application/connect+json",
            "text/plain; x=\"application/json\"",
        ] {
            assert_eq!(kind(value), Some(Kind::MaybeJson), "{value}");
        }
    }

    #[test]
    fn what_frameworks_read_differently_is_refused() {
        for value in [
            "",
            "json",
            "/json",
            "application/",
            "application/json/x",
            "application/ json",
            "application/json, text/plain",
            "text/plain, application/json",
            "text/plain; application/json",
            "text/plain;x=application/json",
            "application/json; charset",
            "application/json; charset =utf-8",
            "application/json;charset=utf-7",
            "application/json;charset=utf-16",
            "application/json;charset=bogus",
            "application/json;charset=utf-8;charset=utf-8",
            "application/json;charset=\"utf-8",
            "application/json;charset=\"utf-\\8\"",
            "application/json x",
            "text/json;charset=utf-16",
            "application/x-www-form-urlencoded\t;x",
            "application/x-www-form-urlencoded;charset=iso-8859-1",
            "application/x-www-form-urlencoded;charset=utf-7",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=B; boundary=B",
            "multipart/form-data; boundary=\"a b\"",
            "multipart/form-data; boundary=a,b",
            "multipart/form-data; boundary*=utf-8''B",
            "multipart/form-data; charset=utf-16; boundary=B",
        ] {
            assert!(ContentType::parse(value.as_bytes()).is_err(), "{value}");
        }
    }

    #[test]
    fn a_declared_range_takes_its_types() {
        let declared = [
            "application/json; charset=utf-8",
            "Image/*",
            "multipart/form-data",
        ];
        let bodies = Bodies::parse(declared).unwrap();
        for essence in ["application/json", "image/png", "multipart/form-data"] {
            assert!(bodies.takes(essence), "{essence}");
        }
        for essence in [
            "application/x-www-form-urlencoded",
            "text/plain",
            "imagex/png",
        ] {
            assert!(!bodies.takes(essence), "{essence}");
        }
        let any = Bodies::parse(["*/*"]).unwrap();
        assert!(any.takes_any() && any.takes("text/plain") && !bodies.takes_any());
        assert!(Bodies::default().is_empty() && !Bodies::default().takes("text/plain"));
        assert!(Bodies::parse(["json"]).is_err() && Bodies::parse([""]).is_err());
    }
}
