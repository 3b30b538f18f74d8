//! The arguments of every list.

use clap::Args;

/// Which items of a list are printed.
#[derive(Debug, Args)]
pub struct Filter {
    /// Only those with this text in a name or a role, in upper or lower case
    pub text: Option<String>,
    /// At most so many
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<usize>,
}
