//! The operations of an API, to be found by a request.

use http::Method;

use crate::{Target, Template, content::Bodies, template::Parameters};

/// One operation: a method and a path, and who may.
#[derive(Clone, Debug)]
pub struct Operation<P> {
    /// Its method.
    pub method: Method,
    /// Its path, with its parameters in braces.
    pub path: Template,
    /// The media types that are declared for its body.
    pub body: Bodies,
    /// Who may.
    pub permission: P,
    /// Where it is declared.
    pub place: String,
}

impl<P> Operation<P> {
    /// Its method and path.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Why a request has no operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// No operation has the path.
    Path,
    /// The path has operations with these methods alone.
    Method(Vec<Method>),
}

/// All operations, to be found by a request.
#[derive(Clone, Debug)]
pub struct Operations<P> {
    all: Vec<Operation<P>>,
}

impl<P> Operations<P> {
    /// Takes operations.
    ///
    /// # Errors
    ///
    /// Names two that are the same one.
    pub fn new(mut all: Vec<Operation<P>>) -> Result<Self, String> {
        all.sort_by_key(|one| (one.path.rank(), one.path.shape(), one.method.to_string()));
        let mut before = std::collections::HashMap::new();
        for one in &all {
            let same = before.insert((one.method.clone(), one.path.shape()), one);
            if let Some(other) = same {
                return Err(format!(
                    "`{} {}` is declared twice: {} and {}",
                    one.method, one.path, other.place, one.place
                ));
            }
        }
        Ok(Self { all })
    }

    /// Finds the operation of a request; HEAD is a GET without a body (RFC 9110 §9.3.2).
    ///
    /// # Errors
    ///
    /// [`NotFound`].
    pub fn find(
        &self,
        method: &Method,
        target: &Target,
    ) -> Result<(&Operation<P>, Parameters), NotFound> {
        let mut allowed = Vec::new();
        for one in &self.all {
            let Some(parameters) = one.path.matches(target.segments()) else {
                continue;
            };
            if one.method == *method || (*method == Method::HEAD && one.method == Method::GET) {
                return Ok((one, parameters));
            }
            allowed.push(one.method.clone());
        }
        match allowed.is_empty() {
            true => Err(NotFound::Path),
            false => Err(NotFound::Method(allowed)),
        }
    }

    /// Every operation.
    pub fn iter(&self) -> impl Iterator<Item = &Operation<P>> {
        self.all.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(text: &str) -> Operation<String> {
        let (method, path) = text.split_once(' ').unwrap();
        Operation {
            method: method.parse().unwrap(),
            path: Template::parse(path).unwrap(),
            body: Bodies::default(),
            permission: text.to_owned(),
            place: text.to_owned(),
        }
    }

    fn found(method: &str, path: &str) -> String {
        let all = [
            "GET /",
            "GET /users/{id}",
            "GET /users/me",
            "DELETE /users/{id}",
            "GET /{a}/b",
        ];
        let operations = Operations::new(all.map(operation).into()).unwrap();
        let target = Target::parse(path).unwrap();
        match operations.find(&method.parse().unwrap(), &target) {
            Ok((operation, parameters)) => format!("{} {parameters:?}", operation.place),
            Err(refusal) => format!("{refusal:?}"),
        }
    }

    #[test]
    fn a_request_has_one_operation() {
        assert_eq!(found("GET", "/"), "GET / []");
        assert_eq!(found("GET", "/users/7"), r#"GET /users/{id} [("id", "7")]"#);
        // fixed text beats a parameter
        assert_eq!(found("GET", "/users/me"), "GET /users/me []");
        assert_eq!(found("GET", "/users/b"), r#"GET /users/{id} [("id", "b")]"#);
        assert_eq!(found("HEAD", "/users/me"), "GET /users/me []");
        // G16: another method, another version, a format, another case
        assert_eq!(found("PUT", "/users/7"), "Method([DELETE, GET])");
        for path in [
            "/v2/users/7",
            "/users/7.json/x",
            "/USERS/me",
            "/users",
            "/users/7/8",
        ] {
            assert_eq!(found("GET", path), "Path", "{path}");
        }
    }

    #[test]
    fn the_same_operation_twice_is_refused() {
        let twice = ["GET /users/{id}", "GET /users/{name}"].map(operation);
        let why = Operations::new(twice.into()).unwrap_err();
        assert!(why.contains("declared twice"), "{why}");
    }
}
