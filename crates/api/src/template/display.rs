//! A template as text.

use std::fmt;

use super::Template;
use crate::segment::{Parameter, ParameterKind};

impl Template {
    /// Returns the path without the names of its parameters: two of one shape are the same path.
    #[must_use]
    pub fn shape(&self) -> String {
        self.written("*", |parameter| format!("{{{}}}", parameter.kind))
    }

    /// Returns the path without the names and kinds of its parameters.
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
