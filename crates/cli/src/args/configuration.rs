//! The arguments of `airside config`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Say everything that would stop a start with this configuration; exit 7 if something would
    Check {
        /// Look at files alone: ask no PostgreSQL database, and try no address of `listen`
        #[arg(long)]
        offline: bool,
    },
    /// Show every value and where it comes from
    Show,
    /// Print the configuration file's JSON Schema
    Schema,
}
