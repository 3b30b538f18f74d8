//! The arguments of `airside guard`.

use std::path::PathBuf;

use airside_guard::operation::Class;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub struct Guard {
    #[command(subcommand)]
    pub command: Option<GuardCommand>,
}

#[derive(Debug, Subcommand)]
pub enum GuardCommand {
    /// Show every operation with its rule and class; exit 7 if an operation has no rule, or its owner
    /// look-up fails
    Check {
        /// Show only the operations of one class; the exit code is that of all
        #[arg(long, value_name = "CLASS")]
        only: Option<OperationClass>,
    },
    /// Write a first guard.toml for an OpenAPI document, which refuses every operation that the document
    /// gives no rule; exit 5 if the file exists
    Init(GuardInit),
    /// Print the JSON schema of `guard.toml`
    Schema,
}

#[derive(Debug, Args)]
pub struct GuardInit {
    /// The document, in JSON or YAML
    #[arg(long, value_name = "FILE")]
    pub openapi: PathBuf,
    /// The address of the API [default: to be filled in]
    #[arg(long, value_name = "URL")]
    pub upstream: Option<String>,
    /// The issuer of access tokens [default: to be filled in]
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    /// The audience of access tokens for the API [default: to be filled in]
    #[arg(long, value_name = "URL")]
    pub audience: Option<String>,
}

/// The class of an operation: how certain it is that only the right callers pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OperationClass {
    Public,
    Sound,
    SoundUntilExpiry,
    RaceWindow,
    Heuristic,
    Undeclared,
}

impl From<OperationClass> for Class {
    fn from(class: OperationClass) -> Self {
        match class {
            OperationClass::Public => Self::Public,
            OperationClass::Sound => Self::Sound,
            OperationClass::SoundUntilExpiry => Self::SoundUntilExpiry,
            OperationClass::RaceWindow => Self::RaceWindow,
            OperationClass::Heuristic => Self::Heuristic,
            OperationClass::Undeclared => Self::Undeclared,
        }
    }
}
