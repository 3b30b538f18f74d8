//! The way in which a token is presented.

use airside_api::document::{Document, SchemeDetail, Security};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The header in which a token is presented, and the text around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presentation {
    /// The name of the header.
    pub header: String,
    /// The value, in which `{token}` stands for the token.
    pub value: String,
    /// True if the token is a name and a password, encoded in base64 (RFC 7617).
    pub is_basic: bool,
}

impl Default for Presentation {
    fn default() -> Self {
        Self::header("Authorization", "Bearer {token}")
    }
}

impl Presentation {
    fn header(name: &str, value: &str) -> Self {
        Self {
            header: name.to_owned(),
            value: value.to_owned(),
            is_basic: false,
        }
    }

    /// Reads a presentation as it is written: `X-Token: {token}`.
    ///
    /// # Errors
    ///
    /// The reason in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once(':')
            .ok_or_else(|| format!("`{text}` is not a header, as in `X-Token: {{token}}`"))?;
        if !value.contains("{token}") {
            return Err(format!("`{text}` has no `{{token}}`"));
        }
        http::HeaderName::from_bytes(name.trim().as_bytes())
            .map_err(|_| format!("`{name}` is not the name of a header"))?;
        Ok(Self::header(name.trim(), value.trim()))
    }

    /// Returns the value of the header for a token.
    #[must_use]
    pub fn of_token(&self, token: &str) -> String {
        if self.is_basic && token.contains(':') {
            return self.value.replace("{token}", &STANDARD.encode(token));
        }
        // people copy the whole value of the header
        if self.value.starts_with("Bearer ") && token.contains(' ') {
            return token.to_owned();
        }
        self.value.replace("{token}", token)
    }

    /// Returns the presentation that most operations of a document ask for.
    pub(super) fn of(document: &Document) -> Self {
        let mut counted: Vec<(&str, usize)> = Vec::new();
        for operation in &document.operations {
            let Ok(facts) = &operation.facts else {
                continue;
            };
            let Security::Alternatives(all) = &facts.security else {
                continue;
            };
            for requirement in all.iter().flatten() {
                match counted
                    .iter_mut()
                    .find(|(name, _)| *name == requirement.name)
                {
                    Some((_, count)) => *count += 1,
                    None => counted.push((&requirement.name, 1)),
                }
            }
        }
        counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let named = counted
            .iter()
            .find_map(|(name, _)| document.schemes.iter().find(|scheme| scheme.name == *name));
        let scheme = named.or_else(|| document.schemes.first());
        scheme.map(Self::of_scheme).unwrap_or_default()
    }

    fn of_scheme(scheme: &SchemeDetail) -> Self {
        match (scheme.kind.as_str(), &scheme.http_scheme, &scheme.parameter) {
            ("http", Some(kind), _) if kind == "basic" => Self {
                is_basic: true,
                ..Self::header("Authorization", "Basic {token}")
            },
            ("apiKey", _, Some((place, name))) => match place.as_str() {
                // documents describe bearer tokens in this way too
                "header" if name.eq_ignore_ascii_case("authorization") => Self::default(),
                "header" => Self::header(name, "{token}"),
                "cookie" => Self::header("Cookie", &format!("{name}={{token}}")),
                _ => Self::default(),
            },
            _ => Self::default(),
        }
    }
}
