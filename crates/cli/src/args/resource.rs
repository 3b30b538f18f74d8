//! The arguments of `airside resource`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Resource {
    /// Add an API to the running server, beside those of the configuration
    Create {
        /// The absolute URI that names it: the `aud` of its access tokens
        identifier: String,
        #[command(flatten)]
        fields: ResourceFields,
    },
    /// List the APIs
    List,
    /// Show an API
    Show {
        /// The URI that names it
        identifier: String,
    },
    /// Change an API; settings that are not named stay
    Edit {
        /// The URI that names it
        identifier: String,
        #[command(flatten)]
        fields: ResourceFields,
        /// Remove every scope
        #[arg(long, conflicts_with = "scopes")]
        no_scopes: bool,
        /// Put no claims of an account into its access tokens
        #[arg(long, conflicts_with = "claims")]
        no_claims: bool,
    },
    /// Delete an API for which no client is registered; its access tokens live until they expire
    Delete {
        /// The URI that names it
        identifier: String,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}

/// The settings of an API, by the names of `[[resource]]`.
#[derive(Debug, Default, Args)]
pub struct ResourceFields {
    /// A scope that belongs to it; repeat for more
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// The algorithm that signs its access tokens: RS256, PS256, ES256 or EdDSA
    #[arg(long, value_name = "ALG")]
    pub signing_alg: Option<String>,
    /// A claim of an account that its access tokens contain; repeat for more
    #[arg(long = "claim", value_name = "NAME")]
    pub claims: Vec<String>,
}
