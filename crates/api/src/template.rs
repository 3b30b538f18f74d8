//! The path of an operation, with its parameters.

use std::fmt;

use crate::Target;

/// The path of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Parameter(String),
}

/// The parameters of a path, by their names.
pub type Parameters = Vec<(String, String)>;

impl Template {
    /// Reads a path with parameters in braces, each a whole segment.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn parse(path: &str) -> Result<Self, String> {
        let rest = path
            .strip_prefix('/')
            .ok_or_else(|| format!("the path `{path}` does not begin with `/`"))?;
        let mut parts = Vec::new();
        for segment in rest.split('/').filter(|_| !rest.is_empty()) {
            let named = segment
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'));
            parts.push(match named {
                Some(name) if !name.is_empty() && !name.contains(['{', '}']) => {
                    Part::Parameter(name.to_owned())
                }
                _ if segment.contains(['{', '}']) => {
                    return Err(format!(
                        "in `{path}` a parameter is not a whole segment: `{segment}`"
                    ));
                }
                _ => Part::Text(segment.to_owned()),
            });
        }
        let plain = parts.iter().all(|part| match part {
            Part::Text(text) => !text.is_empty() && Target::parse(&format!("/{text}")).is_ok(),
            Part::Parameter(_) => true,
        });
        match plain {
            true => Ok(Self { parts }),
            false => Err(format!("the path `{path}` is one that the guard refuses")),
        }
    }

    /// The names of its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Parameter(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    pub(crate) fn matches(&self, segments: &[String]) -> Option<Parameters> {
        if self.parts.len() != segments.len() {
            return None;
        }
        let mut parameters = Vec::new();
        for (part, segment) in self.parts.iter().zip(segments) {
            match part {
                Part::Text(text) if text != segment => return None,
                Part::Text(_) => {}
                Part::Parameter(name) => parameters.push((name.clone(), segment.clone())),
            }
        }
        Some(parameters)
    }

    /// The path without the names of its parameters: two of one shape are the same path.
    #[must_use]
    pub fn shape(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => format!("/{text}"),
            Part::Parameter(_) => "/{}".to_owned(),
        });
        parts.collect()
    }

    /// Fixed text beats a parameter, the further left the more.
    pub(crate) fn rank(&self) -> Vec<bool> {
        let parts = self.parts.iter();
        parts
            .map(|part| matches!(part, Part::Parameter(_)))
            .collect()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parts.is_empty() {
            return formatter.write_str("/");
        }
        for part in &self.parts {
            match part {
                Part::Text(text) => write!(formatter, "/{text}")?,
                Part::Parameter(name) => write!(formatter, "/{{{name}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_cannot_be_meant_is_refused() {
        for path in ["users", "/a/{}", "/a/{id}.json", "/a//b", "/a/..", "/a;b"] {
            assert!(Template::parse(path).is_err(), "{path}");
        }
    }
}
