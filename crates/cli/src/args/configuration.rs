//! The arguments of `airside config`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Report every problem that would prevent a start with this configuration; exit 7 if there is one
    Check {
        /// Check files only: do not connect to PostgreSQL, and do not try the address of `listen`
        #[arg(long)]
        offline: bool,
    },
    /// Show every value and its source
    Show,
    /// Print the configuration file's JSON Schema
    Schema,
}
