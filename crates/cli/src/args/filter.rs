//! The arguments of every list.

use clap::Args;

/// The filter of a list.
#[derive(Debug, Args)]
pub struct Filter {
    /// Print only items with this text in a name or a role, ignoring case
    pub text: Option<String>,
    /// The maximal number of items
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<usize>,
}
