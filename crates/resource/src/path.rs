//! The parameters of the path of a request, and the columns that they set.

use airside_policy::{ParentLink, Value};

/// The parameters of the path of a request, each with its decoded text.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathParameters(Vec<PathParameter>);

#[derive(Clone, Debug)]
struct PathParameter {
    name: String,
    text: String,
}

impl PathParameters {
    /// Returns the text of a parameter; `None` if the path does not have it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|one| one.name == name);
        found.map(|one| one.text.as_str())
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for PathParameters {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let parameters = pairs.into_iter().map(|(name, text)| PathParameter {
            name: name.to_owned(),
            text: text.to_owned(),
        });
        Self(parameters.collect())
    }
}

/// A column of a record that a path sets, because it names the parent whose key the column holds.
#[derive(Clone, Debug)]
pub(crate) struct PathColumn {
    pub(crate) column: &'static str,
    /// The key of the parent; `None` if the text of the path cannot be one.
    pub(crate) key: Option<Value>,
}

impl PathColumn {
    /// Reads the key of a parent; `None` if the path does not name it.
    pub(crate) fn of(parent: ParentLink, path: &PathParameters) -> Option<Self> {
        let text = path.get(parent.shape.parameter)?;
        Some(Self {
            column: parent.column,
            key: (parent.shape.parse)(text),
        })
    }
}
