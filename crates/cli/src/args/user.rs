//! The arguments of `airside user`.

use airside_oauth::state::role::Role;
use clap::{Args, Subcommand};

use super::Filter;

#[derive(Debug, Subcommand)]
pub enum User {
    /// Create an account
    Create(NewUser),
    /// List the accounts
    List {
        #[command(flatten)]
        filter: Filter,
        /// List only the accounts of an earlier version whose names are equal under RFC 8265
        #[arg(long, conflicts_with_all = ["text", "limit"])]
        collisions: bool,
    },
    /// Show an account
    Show {
        /// The account
        username: String,
    },
    /// Change an account
    Edit(UserEdit),
    /// Set a new password; ends every session and grant of the account
    SetPassword {
        /// The account
        username: String,
        /// The password: text, @FILE, - (standard input) or env:NAME; asked for on a terminal
        #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
        password: Option<String>,
    },
    /// Rename an account; its sessions and grants stay valid
    Rename {
        /// The account
        username: String,
        /// The new name
        new: String,
        /// Let the name mix scripts or look like one of another script
        #[arg(long)]
        force: bool,
    },
    /// Unlock an account after failed sign-ins, at the node that is asked
    Unlock {
        /// The account
        username: String,
    },
    /// Make a new link for the first administrator, while there is no account
    SetupLink,
    /// Disable an account; ends every session and grant of it
    Disable {
        /// The account
        username: String,
        /// Allow it for the last administrator too
        #[arg(long)]
        force: bool,
    },
    /// Enable an account again
    Enable {
        /// The account
        username: String,
    },
    /// Delete an account; asks first on a terminal
    Delete {
        /// The account
        username: String,
        /// Allow it for the last administrator too
        #[arg(long)]
        force: bool,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub struct NewUser {
    /// The name to sign in with
    pub username: String,
    /// Allow a name that mixes scripts, such as Latin and Cyrillic letters, or looks like one of another script
    #[arg(long)]
    pub force: bool,
    /// The password: text, @FILE, - (standard input) or env:NAME; asked for on a terminal
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
    pub password: Option<String>,
    /// A role for function-level decisions; repeat for more
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<Role>,
    /// Let it administer this server
    #[arg(long)]
    pub admin: bool,
    #[command(flatten)]
    pub claims: Claims,
}

#[derive(Debug, Args)]
pub struct UserEdit {
    /// The account
    pub username: String,
    /// Replace the roles by this one; repeat for more
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<Role>,
    /// Remove every role
    #[arg(long, conflicts_with = "roles")]
    pub no_roles: bool,
    /// Let it administer this server, or no longer
    #[arg(long, value_name = "true|false")]
    pub admin: Option<bool>,
    /// Allow it for the last administrator too
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub claims: Claims,
    /// A claim to remove; the claims that are not named stay; repeat for more
    #[arg(long = "remove-claim", value_name = "NAME")]
    pub removed_claims: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Claims {
    /// A claim, of the type that its name has in OpenID Connect, else text; repeat for more
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub claims: Vec<String>,
    /// A claim as JSON, such as a number or a list; repeat for more
    #[arg(long = "claim-json", value_name = "NAME=JSON")]
    pub json: Vec<String>,
}
