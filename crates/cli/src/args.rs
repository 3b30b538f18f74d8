//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use airside_oauth::{client::AuthMethod, state::role::Role};
use clap::{
    Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, builder::Resettable,
};
use clap_complete::Shell;

use crate::{exit::Failure, log};

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
    /// What is wrong is said as JSON if that is asked for.
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
                let failure = Failure::usage(text.trim().trim_start_matches("error: "));
                log::line(&failure.to_json().to_string());
                std::process::exit(failure.code as i32);
            }
            error.exit()
        })
    }
}

/// Tells whether a command line, which may make no sense, asks for JSON.
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

/// Flags of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// How to print results
    #[arg(long, short, global = true, value_enum, default_value_t = Format::Table)]
    pub output: Format,
    /// Print results only, no remarks
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// The configuration file [default: ./airside.toml, if it exists; of `guard`: ./guard.toml]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "AIRSIDE_CONFIG",
        hide_env_values = true
    )]
    pub config: Option<PathBuf>,
    /// The data directory [default: ./airside-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Administer the server at this address, which is its issuer, instead of the one on this machine
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "AIRSIDE_URL",
        hide_env_values = true
    )]
    pub url: Option<String>,
    /// A file of certificate authorities (PEM) to trust at --url and --issuer, beside the system's
    #[arg(long, global = true, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// An access token for its admin API: text, @FILE, - or env:NAME
    #[arg(
        long = "token",
        global = true,
        allow_hyphen_values = true,
        value_name = "TOKEN",
        env = "AIRSIDE_TOKEN",
        hide_env_values = true,
        requires = "url"
    )]
    pub admin_token: Option<String>,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole flow against a real server in this process, then the attacks being refused
    Demo(Demo),
    /// Run the authorization server
    Serve(Serve),
    /// Register and change clients
    #[command(subcommand)]
    Client(Client),
    /// Add and change APIs that tokens are issued for
    #[command(subcommand)]
    Resource(Resource),
    /// Make and change accounts
    #[command(subcommand)]
    User(User),
    /// See and end what people have allowed clients
    #[command(subcommand)]
    Grant(Grant),
    /// See and end the sessions of people in their browsers
    #[command(subcommand)]
    Session(Session),
    /// See and rotate signing keys
    #[command(subcommand)]
    Key(Key),
    /// Get, look into and end tokens
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
    /// Save the store to a file, and bring it back
    #[command(subcommand)]
    Backup(Backup),
    /// Guard an API in any language: verify tokens and decide who may, before it
    Guard(Guard),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the version
    Version,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Print every message as text instead of showing a screen
    #[arg(long)]
    pub headless: bool,
    /// Do not open a browser
    #[arg(long)]
    pub no_open: bool,
    /// Where to listen; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// The issuer's URL [default: http:// and the listen address]
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Client {
    /// Register a client; prints its secret once, if it has one
    Create {
        /// Its public name [default: made up]
        client_id: Option<String>,
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

/// Which items of a list are printed.
#[derive(Debug, Args)]
pub struct Filter {
    /// Only those with this text in a name or a role, in upper or lower case
    pub text: Option<String>,
    /// At most so many
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<usize>,
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
    /// Any metadata as JSON, also from @FILE or - ; the other flags override it
    #[arg(long, value_name = "JSON")]
    pub metadata: Option<String>,
}

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
    /// Change an API; what is not named stays
    Edit {
        /// The URI that names it
        identifier: String,
        #[command(flatten)]
        fields: ResourceFields,
        /// Take every scope away
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
    },
}

/// What an API is, by the names of `[[resource]]`.
#[derive(Debug, Default, Args)]
pub struct ResourceFields {
    /// A scope that belongs to it; repeat for more
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// What signs its access tokens: RS256, PS256, ES256 or EdDSA
    #[arg(long, value_name = "ALG")]
    pub signing_alg: Option<String>,
    /// A claim of an account that its access tokens contain; repeat for more
    #[arg(long = "claim", value_name = "NAME")]
    pub claims: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Make an account
    Create {
        /// The name to sign in with
        username: String,
        /// Allow a name that mixes scripts, such as Latin and Cyrillic letters, or looks like one of another script
        #[arg(long)]
        force: bool,
        /// The password: text, @FILE, - (standard input) or env:NAME; asked for on a terminal
        #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
        password: Option<String>,
        /// A role for function-level decisions; repeat for more
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<Role>,
        /// It administers this server
        #[arg(long)]
        admin: bool,
        #[command(flatten)]
        claims: Claims,
    },
    /// List the accounts
    List {
        #[command(flatten)]
        filter: Filter,
        /// Only accounts of an earlier version whose names RFC 8265 takes for another account's
        #[arg(long, conflicts_with_all = ["text", "limit"])]
        collisions: bool,
    },
    /// Show an account
    Show {
        /// The account
        username: String,
    },
    /// Change an account
    Edit {
        /// The account
        username: String,
        /// The roles from now on; repeat for more
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<Role>,
        /// Take every role away
        #[arg(long, conflicts_with = "roles")]
        no_roles: bool,
        /// Whether it administers this server
        #[arg(long, value_name = "true|false")]
        admin: Option<bool>,
        /// Even if it is the last administrator
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        claims: Claims,
        /// A claim to remove; the claims that are not named stay; repeat for more
        #[arg(long = "remove-claim", value_name = "NAME")]
        removed_claims: Vec<String>,
    },
    /// Set a new password; ends every session and grant of the account
    SetPassword {
        /// The account
        username: String,
        /// The password: text, @FILE, - (standard input) or env:NAME; asked for on a terminal
        #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
        password: Option<String>,
    },
    /// Give an account another name; its sessions and grants go on
    Rename {
        /// The account
        username: String,
        /// Its name from now on
        new: String,
        /// Let the name mix scripts or look like one of another script
        #[arg(long)]
        force: bool,
    },
    /// Forget the failed sign-ins of an account that has to wait, at the server that is asked
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
        /// Even if it is the last administrator
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
        /// Even if it is the last administrator
        #[arg(long)]
        force: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
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

#[derive(Debug, Subcommand)]
pub enum Grant {
    /// List what a person has allowed clients
    List {
        /// The account
        username: String,
    },
    /// End a grant and every token of it
    Revoke {
        /// The grant, as `grant list` names it
        grant: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Session {
    /// List where a person is signed in
    List {
        /// The account
        username: String,
    },
    /// Sign a person out of one browser; ends the grants that do not outlive the session
    End {
        /// The session, as `session list` names it
        session: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// List the signing keys and their states
    List,
    /// Make new signing keys; returns when they are stored and published
    Rotate {
        /// One algorithm only
        #[arg(long, value_name = "ALG")]
        alg: Option<String>,
        /// Sign with the new keys at once and never accept the old ones again
        #[arg(long)]
        emergency: bool,
    },
    /// Take a key out of use before its time
    Retire {
        /// The key, as `key list` names it
        // one name in 64 begins with a hyphen
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Get tokens as a client
    Get(TokenGet),
    /// Show what a token says and whether the server accepts it; exit 2 if it is no token
    Inspect {
        /// The token: text, @FILE, - (standard input) or env:NAME
        token: String,
        /// Ask no server: the signature and what was revoked are not checked
        #[arg(long)]
        offline: bool,
    },
    /// Show why the guard would allow or refuse a request with a token
    Explain {
        /// The token: text, @FILE, - (standard input) or env:NAME
        token: String,
        /// The request: a method, a space and a URL or path
        #[arg(long, value_name = "REQUEST")]
        request: String,
        /// The guard's configuration
        #[arg(long, value_name = "FILE", default_value = "guard.toml")]
        guard: PathBuf,
    },
    /// End a token, and with a person's token its whole grant
    Revoke {
        /// The token: text, @FILE, - (standard input) or env:NAME
        token: String,
    },
}

#[derive(Debug, Args)]
pub struct TokenGet {
    /// The client
    #[arg(long, value_name = "CLIENT_ID")]
    pub client: String,
    /// Its secret: text, @FILE, - (standard input) or env:NAME
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
    pub secret: Option<String>,
    /// Its private key for private_key_jwt, in PEM (PKCS#8): FILE, @FILE, - (standard input) or
    /// env:NAME
    #[arg(long, value_name = "FILE")]
    pub key: Option<String>,
    /// How it authenticates: none, client_secret_basic, client_secret_post or private_key_jwt
    /// [default: as it is registered; if the server cannot be asked, client_secret_basic with
    /// --secret, private_key_jwt with --key]
    #[arg(long, value_name = "METHOD", value_parser = auth_method)]
    pub auth_method: Option<AuthMethod>,
    /// By the code flow, through the browser; the client needs the redirect URI
    /// http://127.0.0.1/callback
    #[arg(long)]
    pub code: bool,
    /// Do not open a browser; print the address
    #[arg(long, requires = "code")]
    pub no_open: bool,
    /// The scopes to ask for, separated by single spaces
    #[arg(long)]
    pub scope: Option<String>,
    /// The API the token is for
    #[arg(long, value_name = "URI")]
    pub resource: Option<String>,
    /// The issuer [default: the running server's]
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    /// Print the access token alone, as for a shell
    #[arg(long)]
    pub raw: bool,
}

fn auth_method(name: &str) -> Result<AuthMethod, String> {
    AuthMethod::parse(name).ok_or_else(|| {
        let known = AuthMethod::ALL.map(AuthMethod::as_str).join(", ");
        format!("it is one of {known}")
    })
}

#[derive(Debug, Subcommand)]
pub enum Db {
    /// Copy everything into an empty store; no server may run meanwhile
    Move {
        /// Where to, as in store.url: sqlite:FILE, relative to the data directory, or postgres://…; also @FILE, - (standard input) or env:NAME
        #[arg(long, value_name = "URL")]
        to: String,
    },
}

#[derive(Debug, Args)]
pub struct Guard {
    #[command(subcommand)]
    pub command: Option<GuardCommand>,
}

#[derive(Debug, Subcommand)]
pub enum GuardCommand {
    /// Show every operation, who may, and how certain that is; exit 7 if of one it is not said, or
    /// no owner can be looked up
    Check {
        /// Show the operations of one class only; the exit status is that of all
        #[arg(long, value_name = "CLASS")]
        only: Option<OperationClass>,
    },
    /// Write a first guard.toml for an OpenAPI document, in which nobody may do what the document does
    /// not say; exit 5 if the file exists
    Init(GuardInit),
    /// Print the JSON schema of `guard.toml`
    Schema,
}

#[derive(Debug, Args)]
pub struct GuardInit {
    /// The document, in JSON or YAML
    #[arg(long, value_name = "FILE")]
    pub openapi: PathBuf,
    /// Where the API is [default: to be filled in]
    #[arg(long, value_name = "URL")]
    pub upstream: Option<String>,
    /// The issuer of access tokens [default: to be filled in]
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    /// The audience of access tokens for the API [default: to be filled in]
    #[arg(long, value_name = "URL")]
    pub audience: Option<String>,
}

/// How certain it is that only the right callers pass an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OperationClass {
    Public,
    Sound,
    SoundUntilExpiry,
    RaceWindow,
    Heuristic,
    Undeclared,
}

impl From<OperationClass> for airside_guard::operation::Class {
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

#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Save the store, as it is now, to a new file; the server may run
    Create {
        /// The file to make
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Read a whole backup and say what is in it
    Verify {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Fill the configured store, which must be new, from a backup; who was signed in signs in again
    Restore {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum Events {
    /// Print the newest events, newest first
    #[command(after_help = crate::command::event::kinds())]
    Search {
        /// kind:NAME, client:ID, user:NAME (also of a deleted account), since:30m or since:TIME (RFC 3339),
        /// before:EVENT (all must hold)
        query: Vec<String>,
        /// At most so many, up to 1000
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
}

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

#[cfg(test)]
mod tests;
