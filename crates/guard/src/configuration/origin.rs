//! `[cors]`, read.

use http::HeaderName;
use url::Url;

use super::{Reader, text::CorsText};
use crate::{browser, cors::Cors};

impl Reader<'_> {
    /// Reads `[cors]`; credentials are the cookies of `[browser]`.
    pub(super) fn cors(&mut self, text: CorsText, has_browser: bool) -> Option<Cors> {
        let before = self.problems.len();
        let origins: Vec<_> = text
            .origins
            .iter()
            .filter_map(|one| self.origin(one))
            .collect();
        if text.origins.is_empty() {
            self.problems
                .push("`cors.origins` names no site".to_owned());
        }
        if text.credentials && !has_browser {
            self.problems.push(
                "`cors.credentials` is about the cookie of `[browser]`, which is not given: a token in `Authorization` needs none"
                    .to_owned(),
            );
        }
        let expose: Vec<_> = text
            .expose
            .iter()
            .filter_map(|one| self.exposed(one))
            .collect();
        let max_age = self.duration(&text.max_age, "cors.max_age");
        if self.problems.len() > before {
            return None;
        }
        Some(Cors {
            origins,
            credentials: text.credentials,
            max_age: max_age?,
            expose,
        })
    }

    fn origin(&mut self, text: &str) -> Option<String> {
        let origin = Url::parse(text)
            .ok()
            .and_then(|url| browser::origin_of(&url));
        // as browsers send it: what is written otherwise would never be met
        let origin = origin.filter(|origin| origin == text && !text.contains('*'));
        if origin.is_none() {
            self.problems.push(format!(
                "`cors.origins` has `{text}`: write a site's address as browsers send it, https without a path and without `/` at the end, as in `https://app.example`; `*` and `null` are no site"
            ));
        }
        origin
    }

    fn exposed(&mut self, text: &str) -> Option<HeaderName> {
        let name = HeaderName::try_from(text).ok().filter(|_| text != "*");
        if name.is_none() {
            self.problems.push(format!(
                "`cors.expose` has `{text}`, which is no header's name"
            ));
        }
        name
    }
}
