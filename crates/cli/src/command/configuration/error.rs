//! The reason why a configuration cannot be used.

use std::fmt;

use serde_json::{Value, json};

use crate::{
    config::{Config, Inputs, Problems},
    exit::{Code, CommandError},
};

/// The reason why a configuration cannot be used.
#[derive(Debug)]
pub(super) enum ConfigError {
    /// The configuration has problems.
    Problems(Problems),
    /// The store could not be asked for the APIs that the configuration may name.
    Store {
        failure: CommandError,
        /// The problems that no API of the store explains.
        others: Option<Problems>,
    },
}

impl ConfigError {
    /// Returns the error of a configuration whose store could not be asked.
    pub(super) fn unasked(failure: CommandError, inputs: Inputs<'_>) -> Self {
        let inputs = Inputs {
            stored: None,
            ..inputs
        };
        let others = Config::load(&inputs).err();
        Self::Store { failure, others }
    }

    /// Returns the exit code of a command that needs the configuration.
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Problems(_) => Code::Usage,
            Self::Store { failure, .. } => failure.code,
        }
    }

    /// Returns an object for each problem.
    pub(super) fn rows(&self) -> Vec<Value> {
        match self {
            Self::Problems(problems) => problems.rows(),
            Self::Store { failure, others } => {
                let mut rows = others.as_ref().map(Problems::rows).unwrap_or_default();
                rows.push(json!({ "message": failure.message }));
                rows
            }
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problems(problems) => problems.fmt(f),
            Self::Store { failure, others } => {
                if let Some(others) = others {
                    write!(f, "{others}\nerror: ")?;
                }
                failure.fmt(f)
            }
        }
    }
}
