//! The route of a request: the path of its endpoint as it is declared, never what was sent.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request};

/// The declared paths of a service that is nested: the router around it does not know them.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeclaredPaths(Arc<[Arc<str>]>);

impl FromIterator<String> for DeclaredPaths {
    fn from_iter<T: IntoIterator<Item = String>>(paths: T) -> Self {
        Self(paths.into_iter().map(Arc::from).collect())
    }
}

impl DeclaredPaths {
    /// Finds the declared path that a path is an example of.
    fn find(&self, path: &str) -> Option<&Arc<str>> {
        self.0.iter().find(|declared| fits(declared, path))
    }
}

/// The route of a request.
#[derive(Clone, Debug)]
pub(super) enum Route {
    Matched(MatchedPath),
    Declared(Arc<str>),
    Unknown,
}

impl Route {
    pub(super) fn of(request: &Request, paths: &DeclaredPaths) -> Self {
        if let Some(matched) = request.extensions().get::<MatchedPath>() {
            return Self::Matched(matched.clone());
        }
        let declared = paths.find(request.uri().path());
        declared.map_or(Self::Unknown, |path| Self::Declared(Arc::clone(path)))
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Matched(path) => path.as_str(),
            Self::Declared(path) => path,
            Self::Unknown => "unknown",
        }
    }
}

/// Tells whether a path has the segments of a declared one, of which `{name}` is any that is not empty.
fn fits(declared: &str, path: &str) -> bool {
    let count = |path: &str| path.split('/').count();
    let mut segments = declared.split('/').zip(path.split('/'));
    count(declared) == count(path)
        && segments.all(|(own, sent)| own == sent || own.starts_with('{') && !sent.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_the_route_of_its_form() {
        let paths = ["/v1/clients", "/v1/clients/{id}", "/v1/clients/{id}/secret"];
        let paths: DeclaredPaths = paths.into_iter().map(str::to_owned).collect();
        for (path, expected) in [
            ("/v1/clients", Some("/v1/clients")),
            ("/v1/clients/spa", Some("/v1/clients/{id}")),
            ("/v1/clients/%2F", Some("/v1/clients/{id}")),
            ("/v1/clients/spa/secret", Some("/v1/clients/{id}/secret")),
            ("/v1/clients/", None),
            ("/v1/clients//secret", None),
            ("/v1/clients/spa/secrets", None),
            ("/v1/client", None),
            ("/", None),
        ] {
            assert_eq!(paths.find(path).map(AsRef::as_ref), expected, "{path}");
        }
    }
}
