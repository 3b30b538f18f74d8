//! Addresses with values of a request in them, each encoded for its component.

mod component;

use http::Uri;

use self::component::Component;

/// An http address with placeholders; `V` is the source of a placeholder's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlTemplate<V> {
    pieces: Vec<Piece<V>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<V> {
    Text(String),
    Value { source: V, component: Component },
}

impl<V> UrlTemplate<V> {
    /// Reads an address with placeholders in braces; `read` interprets their content.
    ///
    /// # Errors
    ///
    /// The problem in words: not an http address, a brace that is not closed, a placeholder in
    /// another component than the path or the value of a parameter, and what `read` refuses.
    pub fn parse(
        text: &str,
        mut read: impl FnMut(&str) -> Result<V, String>,
    ) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, after) = behind
                .split_once('}')
                .ok_or_else(|| format!("in `{text}` a brace is not closed"))?;
            filled.push_str(before);
            let component = Component::behind(&filled)
                .map_err(|problem| format!("`{{{name}}}` in `{text}` {problem}"))?;
            filled.push('x');
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Value {
                source: read(name)?,
                component,
            });
            rest = after;
        }
        filled.push_str(rest);
        pieces.push(Piece::Text(rest.to_owned()));
        match is_http(&filled) {
            true => Ok(Self { pieces }),
            false => Err(format!(
                "`{text}` is not an http address whose host is written out"
            )),
        }
    }

    /// Returns every placeholder's source.
    pub fn sources(&self) -> impl Iterator<Item = &V> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value { source, .. } => Some(source),
        })
    }

    /// Writes the address with its values; `None` if one is missing, empty, or such that the address
    /// could be read in two ways.
    ///
    /// # Errors
    ///
    /// Those of `value`.
    pub fn fill<E>(
        &self,
        value: impl Fn(&V) -> Result<Option<String>, E>,
    ) -> Result<Option<String>, E> {
        let mut url = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => url.push_str(text),
                Piece::Value { source, component } => {
                    let value = value(source)?;
                    let Some(encoded) = value.and_then(|value| component.encoded(&value)) else {
                        return Ok(None);
                    };
                    url.push_str(&encoded);
                }
            }
        }
        Ok(Some(url))
    }
}

fn is_http(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains('\\');
    is_plain
        && text.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
        })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn template(text: &str) -> Result<UrlTemplate<String>, String> {
        UrlTemplate::parse(text, |name| match name {
            "none" => Err("none is nothing".to_owned()),
            name => Ok(name.to_owned()),
        })
    }

    fn filled(text: &str, value: &str) -> Option<String> {
        let fill = |_: &String| Ok::<_, Infallible>(Some(value.to_owned()));
        template(text).unwrap().fill(fill).unwrap()
    }

    #[test]
    fn a_value_in_a_query_is_one_value() {
        let url = "http://api/owner-of?id={id}&kind=account";
        for (value, encoded) in VALUES {
            let expected = format!("http://api/owner-of?id={encoded}&kind=account");
            assert_eq!(filled(url, value), Some(expected), "{value}");
        }
        let direct = filled("http://api?id={id}", "7");
        assert_eq!(direct.as_deref(), Some("http://api?id=7"));
        for value in ["", "a\0b", "7\n", "\u{7f}"] {
            assert_eq!(filled(url, value), None, "{value:?}");
        }
    }

    #[test]
    fn a_value_in_a_path_is_one_segment() {
        let url = "http://api/owner-of/{id}.json";
        for (value, encoded) in [
            ("7", "7"),
            ("8&id=7", "8&id=7"),
            ("a b", "a%20b"),
            ("é", "%C3%A9"),
            ("a.b", "a.b"),
        ] {
            let expected = format!("http://api/owner-of/{encoded}.json");
            assert_eq!(filled(url, value), Some(expected), "{value}");
        }
        for value in [
            "", ".", "..", "a/b", "a\\b", "a;b", "a?b", "a#b", "a%b", "a\0", "\n",
        ] {
            assert_eq!(filled(url, value), None, "{value:?}");
        }
    }

    #[test]
    fn a_value_that_is_missing_makes_no_address() {
        let url = template("http://api/{a}?b={b}").unwrap();
        assert_eq!(url.sources().collect::<Vec<_>>(), ["a", "b"]);
        let only_a = |name: &String| Ok::<_, ()>((name == "a").then(|| "1".to_owned()));
        assert_eq!(url.fill(only_a), Ok(None));
        assert_eq!(url.fill(|_| Err("unreadable")), Err("unreadable"));
        let both = |name: &String| Ok::<_, ()>(Some(name.clone()));
        assert_eq!(url.fill(both), Ok(Some("http://api/a?b=b".to_owned())));
    }

    #[test]
    fn a_placeholder_is_in_the_path_or_in_a_value() {
        for (text, said) in NO_PLACE {
            let problem = template(text).unwrap_err();
            assert!(problem.contains(said), "{text}: {problem}");
        }
        for text in [
            "http://api/{id}",
            "https://api:8443/x/{id}/y?z={id}-{id}",
            "http://[::1]:80/a%20{id}?a=1&b={id}",
            "http://api/static",
        ] {
            assert!(template(text).is_ok(), "{text}");
        }
    }

    /// Values, and how they are encoded in a query.
    const VALUES: [(&str, &str); 10] = [
        ("7", "7"),
        ("8&id=7", "8%26id%3D7"),
        ("8;id=7", "8%3Bid%3D7"),
        ("8#", "8%23"),
        ("a+b c", "a%2Bb%20c"),
        ("a/b?c", "a%2Fb%3Fc"),
        ("..", ".."),
        ("%26", "%2526"),
        ("é[]", "%C3%A9%5B%5D"),
        ("a.b-c_d~", "a.b-c_d~"),
    ];

    /// Placeholders that are in no path and no value, and the reason.
    const NO_PLACE: [(&str, &str); 18] = [
        ("http://{host}/x", "is in the host"),
        ("http://api:{port}/x", "is in the host"),
        ("http://{user}@api/x", "is in the host"),
        ("{all}", "is in the host"),
        ("http://api/x#{id}", "is in the fragment"),
        ("http://api/x?a=1#{id}", "is in the fragment"),
        ("http://api/x?{name}=1", "name of a parameter"),
        ("http://api/x?a=1&{name}", "name of a parameter"),
        ("http://api?{name}", "name of a parameter"),
        ("http://api/x%2{id}", "percent-encoded octet"),
        ("http://api/x?a=%{id}", "percent-encoded octet"),
        ("http://api/{id", "not closed"),
        ("http://api/{none}", "none is nothing"),
        ("ftp://api/{id}", "not an http address"),
        ("http:///{id}", "not an http address"),
        ("http://api/a b/{id}", "not an http address"),
        ("http:\\\\api/{id}", "is in the host"),
        ("/x/{id}", "is in the host"),
    ];
}
