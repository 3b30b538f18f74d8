//! The arguments of `airside key`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Key {
    /// List the signing keys and their states
    List,
    /// Create new signing keys; returns when they are stored and published
    Rotate {
        /// Rotate the keys of this algorithm only
        #[arg(long, value_name = "ALG")]
        alg: Option<String>,
        /// Sign with the new keys at once and never accept the old ones again
        #[arg(long)]
        emergency: bool,
    },
    /// Retire a key before its time
    Retire {
        /// The key, as `key list` names it
        // one name in 64 begins with a hyphen
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}
