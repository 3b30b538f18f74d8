//! Names and values, in order.

use std::{borrow::Cow, fmt};

/// The parameters of a query or the fields of a form, in order; a name may occur several times.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes `application/x-www-form-urlencoded` text, such as a query without its `?`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Self(pairs.into_owned().collect())
    }

    /// Decodes the query of an address; empty if the address has no query.
    #[must_use]
    pub fn of_url(url: &str) -> Self {
        url.split_once('?')
            .map_or_else(Self::default, |(_, query)| Self::parse(query))
    }

    /// Replaces every value of a parameter by one, or adds it.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        self.without(name).also(name, value)
    }

    /// Removes a parameter.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let kept = self.0.iter().filter(|(own, _)| own != name);
        Self(kept.cloned().collect())
    }

    /// Adds a parameter, even if its name occurs already.
    #[must_use]
    pub fn also(&self, name: &str, value: &str) -> Self {
        let mut all = self.clone();
        all.0.push((name.to_owned(), value.to_owned()));
        all
    }

    /// Returns the first value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find_map(|(own, value)| (own == name).then_some(value))
    }

    /// Returns the value of a parameter that occurs exactly once.
    #[must_use]
    pub fn only(&self, name: &str) -> Option<&str> {
        let count = self.iter().filter(|(own, _)| *own == name).count();
        self.get(name).filter(|_| count == 1)
    }

    /// Iterates over names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Encodes as `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.iter())
            .finish()
    }

    /// Returns `url` with these parameters at the end of its query.
    #[must_use]
    pub fn appended_to(&self, url: &str) -> String {
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{}", self.encode())
    }
}

impl<'a, const N: usize> From<[(&'a str, &'a str); N]> for Parameters {
    fn from(pairs: [(&'a str, &'a str); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<'a> From<&[(&'a str, &'a str)]> for Parameters {
    fn from(pairs: &[(&'a str, &'a str)]) -> Self {
        pairs.iter().copied().collect()
    }
}

impl<'a, const N: usize> From<&[(&'a str, &'a str); N]> for Parameters {
    fn from(pairs: &[(&'a str, &'a str); N]) -> Self {
        pairs.iter().copied().collect()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        Self(
            pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// Prints the names only: a value may be a secret.
impl fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}

/// Encodes one value as a form does.
pub(crate) fn encode_value(value: &str) -> Cow<'_, str> {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_replaced_removed_and_repeated() {
        let legal = Parameters::from([("scope", "openid"), ("state", "a b")]);
        assert_eq!(legal.encode(), "scope=openid&state=a+b");
        assert_eq!(legal.with("scope", "&").encode(), "state=a+b&scope=%26");
        let twice = legal.also("state", "c");
        assert_eq!(twice.get("state"), Some("a b"));
        assert_eq!(
            (twice.only("state"), twice.only("scope")),
            (None, Some("openid"))
        );
        assert_eq!(twice.without("state").encode(), "scope=openid");
    }

    #[test]
    fn a_query_is_read_as_it_is_written() {
        let query = Parameters::from([("a", "ä&="), ("b", "")]);
        let url = query.appended_to("http://127.0.0.1/?x=1");
        assert_eq!(url, "http://127.0.0.1/?x=1&a=%C3%A4%26%3D&b=");
        assert_eq!(Parameters::of_url(&url).without("x"), query);
        assert_eq!(
            Parameters::of_url("http://127.0.0.1/"),
            Parameters::default()
        );
    }
}
