//! The arguments of `airside key`.

use airside_jose::Algorithm;
use clap::Subcommand;

use crate::config::ASYMMETRIC;

#[derive(Debug, Subcommand)]
pub enum Key {
    /// List the signing keys and their states
    List,
    /// Create new signing keys; returns when they are stored and published
    Rotate {
        /// Rotate the keys of this algorithm only
        #[arg(long, value_name = "ALG", value_parser = signing_algorithm)]
        alg: Option<Algorithm>,
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

/// Parses one of the algorithms that `keys.algorithms` can name.
fn signing_algorithm(name: &str) -> Result<Algorithm, String> {
    let named = ASYMMETRIC.contains(&name).then(|| name.parse().ok());
    let unknown = || format!("it is one of {}", ASYMMETRIC.join(", "));
    named.flatten().ok_or_else(unknown)
}
