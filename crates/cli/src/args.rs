//! The command line: one file per command group, those of `airside client` here.

mod configuration;
mod event;
mod filter;
mod global;
mod grant;
mod guard;
mod key;
mod resource;
mod scan;
mod serve;
mod store;
mod token;
mod user;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, builder::Resettable};
use clap_complete::Shell;

pub use self::{
    configuration::Config,
    event::Events,
    filter::Filter,
    global::{Format, Global},
    grant::{Grant, Session},
    guard::{Guard, GuardCommand, GuardInit},
    key::Key,
    resource::{Resource, ResourceFields},
    scan::{ReportFormat, Scan, ScanCallers},
    serve::{Demo, Serve},
    store::{Backup, Db},
    token::{Token, TokenGet},
    user::{Claims, User},
};
use crate::{exit::CommandError, log};

/// Airside secures APIs: it says who is calling and what they may do.
#[derive(Debug, Parser)]
#[command(
    name = "airside",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// Reads the command line, and ends the process if it is not one. An empty variable is not set.
    /// Errors are printed as JSON if that is asked for.
    pub fn read() -> Self {
        let is_empty = |name: &str| std::env::var_os(name).is_some_and(|value| value.is_empty());
        let empty = VARIABLES.iter().filter(|(_, name)| is_empty(name));
        let command = empty.fold(Self::command(), |command, (flag, _)| {
            command.mut_arg(*flag, |flag| flag.env(Resettable::Reset))
        });
        let read = command
            .try_get_matches()
            .and_then(|matches| Self::from_arg_matches(&matches));
        read.unwrap_or_else(|error| {
            if error.use_stderr() && wants_json(std::env::args()) {
                let text = error.render().to_string();
                let failure = CommandError::usage(text.trim().trim_start_matches("error: "));
                log::line(&failure.to_json().to_string());
                std::process::exit(failure.code as i32);
            }
            error.exit()
        })
    }
}

/// Returns true if a command line, which may be invalid, asks for JSON.
fn wants_json(arguments: impl Iterator<Item = String>) -> bool {
    let mut before = String::new();
    for argument in arguments {
        let is_option = matches!(before.as_str(), "-o" | "--output");
        if (is_option && argument == "json")
            || ["-ojson", "-o=json", "--output=json"].contains(&argument.as_str())
        {
            return true;
        }
        before = argument;
    }
    false
}

/// The flags that a variable may give, and its name.
const VARIABLES: [(&str, &str); 3] = [
    ("config", "AIRSIDE_CONFIG"),
    ("url", "AIRSIDE_URL"),
    ("admin_token", "AIRSIDE_TOKEN"),
];

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole flow against a real server in this process, then attacks that are refused
    Demo(Demo),
    /// Run the authorization server
    Serve(Serve),
    /// Register and change clients
    #[command(subcommand)]
    Client(Client),
    /// Add and change APIs that tokens are issued for
    #[command(subcommand)]
    Resource(Resource),
    /// Create and change accounts
    #[command(subcommand)]
    User(User),
    /// List and revoke the grants of people to clients
    #[command(subcommand)]
    Grant(Grant),
    /// List and end the sessions of people in their browsers
    #[command(subcommand)]
    Session(Session),
    /// List and rotate signing keys
    #[command(subcommand)]
    Key(Key),
    /// Get, inspect and revoke tokens
    #[command(subcommand)]
    Token(Token),
    /// Read the audit trail
    #[command(subcommand)]
    Events(Events),
    /// Check and show the configuration
    #[command(subcommand)]
    Config(Config),
    /// Copy the store to another database
    #[command(subcommand)]
    Db(Db),
    /// Back up the store to a file, and restore it
    #[command(subcommand)]
    Backup(Backup),
    /// Run a proxy that verifies tokens and enforces rules in front of an API
    Guard(Guard),
    /// Prove holes of authorization in a running API: objects of others that can be read or changed,
    /// functions of administrators that are open; exit 7 if a hole is proven
    Scan(Box<Scan>),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the version
    Version,
}

#[derive(Debug, Subcommand)]
pub enum Client {
    /// Register a client; prints its secret once, if it has one
    Create {
        /// Its public name [default: made up; with --for the product's name]
        client_id: Option<String>,
        #[command(flatten)]
        product: ForProduct,
        #[command(flatten)]
        fields: Box<ClientFields>,
    },
    /// List the clients
    List(Filter),
    /// Show a client
    Show {
        /// Its public name
        client_id: String,
    },
    /// Change a client
    Edit {
        /// Its public name
        client_id: String,
        #[command(flatten)]
        fields: Box<ClientFields>,
        #[command(flatten)]
        lists: Box<ClientLists>,
        /// Tell it of the end of sessions no more
        #[arg(long, conflicts_with = "backchannel_logout_uri")]
        no_backchannel_logout_uri: bool,
    },
    /// Make a new secret; the one before it goes on working until the next rotation
    RotateSecret {
        /// Its public name
        client_id: String,
    },
    /// Delete a client and end everything issued to it; asks first on a terminal
    Delete {
        /// Its public name
        client_id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// What to add to the lists of a client, and what to remove from them; the rest stays.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Lists, of which the rest stays; repeat for more")]
pub struct ClientLists {
    /// Add a redirect URI
    #[arg(long, value_name = "URI")]
    pub add_redirect_uri: Vec<String>,
    /// Remove a redirect URI
    #[arg(long, value_name = "URI")]
    pub remove_redirect_uri: Vec<String>,
    /// Add an address where a sign-out may return to
    #[arg(long, value_name = "URI")]
    pub add_post_logout_redirect_uri: Vec<String>,
    /// Remove an address where a sign-out may return to
    #[arg(long, value_name = "URI")]
    pub remove_post_logout_redirect_uri: Vec<String>,
    /// Add a grant type
    #[arg(long, value_name = "GRANT")]
    pub add_grant_type: Vec<String>,
    /// Remove a grant type
    #[arg(long, value_name = "GRANT")]
    pub remove_grant_type: Vec<String>,
    /// Add a scope
    #[arg(long, value_name = "SCOPE")]
    pub add_scope: Vec<String>,
    /// Remove a scope
    #[arg(long, value_name = "SCOPE")]
    pub remove_scope: Vec<String>,
    /// Add an API that it may name
    #[arg(long, value_name = "URI")]
    pub add_resource: Vec<String>,
    /// Remove an API that it may name
    #[arg(long, value_name = "URI")]
    pub remove_resource: Vec<String>,
    /// Add an origin that may call from a browser
    #[arg(long, value_name = "ORIGIN")]
    pub add_allowed_origin: Vec<String>,
    /// Remove an origin that may call from a browser
    #[arg(long, value_name = "ORIGIN")]
    pub remove_allowed_origin: Vec<String>,
}

/// The program that a client is made for.
#[derive(Debug, Args)]
pub struct ForProduct {
    /// Register what this product needs and print its configuration with everything filled in, ready to
    /// paste; `list` names the products. The other flags override what is registered
    #[arg(long = "for", value_name = "PRODUCT")]
    pub product: Option<String>,
    /// The address of the product, as browsers know it
    #[arg(long = "at", value_name = "URL", requires = "product")]
    pub address: Option<String>,
}

/// Client metadata, by the names of RFC 7591.
#[derive(Debug, Default, Args)]
pub struct ClientFields {
    /// The name shown to people
    #[arg(long = "name", value_name = "NAME")]
    pub client_name: Option<String>,
    /// none, client_secret_basic, client_secret_post or private_key_jwt; without it, a client with a secret
    /// may use either of client_secret_basic and client_secret_post
    #[arg(long = "auth-method", value_name = "METHOD")]
    pub token_endpoint_auth_method: Option<String>,
    /// Shorthand for --auth-method none
    #[arg(long, conflicts_with = "token_endpoint_auth_method")]
    pub public: bool,
    /// Where answers may go; repeat for more
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,
    /// Where a sign-out may return to; repeat for more
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where a logout token is sent when a session ends in which it got an ID token
    #[arg(long, value_name = "URI")]
    pub backchannel_logout_uri: Option<String>,
    /// authorization_code, refresh_token or client_credentials; repeat for more
    #[arg(long = "grant-type", value_name = "GRANT")]
    pub grant_types: Vec<String>,
    /// The scopes it may ask for, separated by single spaces; with openid it may ask for every scope that
    /// OpenID Connect defines, groups and roles
    #[arg(long)]
    pub scope: Option<String>,
    /// An API it may name beside those of its scopes; repeat for more
    #[arg(long = "resource", value_name = "URI")]
    pub resources: Vec<String>,
    /// An origin that may call from a browser, beside those of the redirect URIs; repeat for more
    #[arg(long = "allowed-origin", value_name = "ORIGIN")]
    pub allowed_origins: Vec<String>,
    /// An API that the client is: it may ask about tokens for it; repeat for more
    #[arg(long = "resource-server-for", value_name = "URI")]
    pub resource_server_for: Vec<String>,
    /// What signs its ID tokens: RS256, PS256, ES256 or EdDSA
    #[arg(long = "id-token-alg", value_name = "ALG")]
    pub id_token_signed_response_alg: Option<String>,
    /// People are not asked for their consent: the client is the issuer's own
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub first_party: Option<bool>,
    /// Its ID tokens contain the claims that the granted scopes release, as `/userinfo` answers them
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub id_token_claims: Option<bool>,
    /// Its authorization responses contain `iss` [default: true]
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub authorization_response_iss: Option<bool>,
    /// PKCE is required [default: true]
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub require_pkce: Option<bool>,
    /// The maximal age of a sign-in, for requests without `max_age`
    #[arg(long, value_name = "SECONDS")]
    pub default_max_age: Option<u32>,
    /// It relies on `auth_time` in its ID tokens, which all have it
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub require_auth_time: Option<bool>,
    /// Where it starts a sign-in; error pages lead there
    #[arg(long, value_name = "URI")]
    pub initiate_login_uri: Option<String>,
    /// What signs the answers of `/userinfo`: RS256, PS256, ES256 or EdDSA; without it they are JSON
    #[arg(long = "userinfo-alg", value_name = "ALG")]
    pub userinfo_signed_response_alg: Option<String>,
    /// Its privacy policy, linked on the consent page
    #[arg(long, value_name = "URI")]
    pub policy_uri: Option<String>,
    /// Its terms of service, linked on the consent page
    #[arg(long, value_name = "URI")]
    pub tos_uri: Option<String>,
    /// Its logo, shown as text on the consent page
    #[arg(long, value_name = "URI")]
    pub logo_uri: Option<String>,
    /// Any metadata as JSON, also from @FILE or - ; the other flags override it
    #[arg(long, value_name = "JSON")]
    pub metadata: Option<String>,
}

#[cfg(test)]
mod tests;
