//! The values of a request that rules read.

use airside_api::{Target, template::Parameters};

use super::body::BodyFacts;
use crate::{error::RequestError, operation::Source};

/// The parts of a request that rules read.
pub(crate) struct RequestFacts<'a> {
    pub(crate) target: &'a Target,
    pub(crate) parameters: &'a Parameters,
    /// The facts that the rule reads of the body, if it does.
    pub(crate) body: Option<&'a BodyFacts>,
}

impl RequestFacts<'_> {
    pub(super) fn body(&self) -> Result<&BodyFacts, RequestError> {
        self.body.ok_or(RequestError::Ambiguous(
            "a rule reads the body, and there is none",
        ))
    }

    /// Returns a value that is compared with the caller as it is written.
    pub(crate) fn own(&self, source: &Source) -> Result<Option<String>, RequestError> {
        let in_path = matches!(source, Source::Path(_));
        let value = self.value(source)?;
        Ok(value.filter(|value| in_path || is_trimmed(value)))
    }

    pub(crate) fn value(&self, source: &Source) -> Result<Option<String>, RequestError> {
        match source {
            Source::Path(name) => Ok(parameter(self.parameters, name)),
            Source::Query(name) => Ok(self.target.query(name)?.map(str::to_owned)),
            Source::Body(pointer) => self.body()?.value(pointer),
        }
    }
}

pub(super) fn parameter(parameters: &Parameters, name: &str) -> Option<String> {
    let mut named = parameters.iter().filter(|(one, _)| one == name);
    named.next().map(|(_, value)| value.clone())
}

/// Tells whether a value has no blanks around it, which Laravel and Tornado remove: other values belong
/// to nobody.
fn is_trimmed(value: &str) -> bool {
    let ends = |one: char| one.is_whitespace() || one.is_control();
    value.trim_matches(ends) == value
}
