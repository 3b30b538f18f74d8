//! The arguments of `airside token`.

use std::path::PathBuf;

use airside_oauth::client::AuthMethod;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Get tokens as a client
    Get(TokenGet),
    /// Show the contents of a token, and whether the server accepts it; exit 2 if it is not a token
    Inspect {
        /// The token: text, @FILE, - (standard input) or env:NAME
        token: String,
        /// Do not ask the server: neither the signature nor revocation is checked
        #[arg(long)]
        offline: bool,
    },
    /// Show why the guard allows or refuses a request with a token
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
    /// Revoke a token, and with a person's token its whole grant
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
    /// The method by which it authenticates: none, client_secret_basic, client_secret_post or private_key_jwt
    /// [default: as it is registered; if the server cannot be asked, client_secret_basic with
    /// --secret, private_key_jwt with --key]
    #[arg(long, value_name = "METHOD", value_parser = auth_method)]
    pub auth_method: Option<AuthMethod>,
    /// Use the authorization code flow in a browser; the client needs the redirect URI
    /// http://127.0.0.1/callback
    #[arg(long)]
    pub code: bool,
    /// Print the address instead of opening a browser
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
    /// Print only the access token, for shells
    #[arg(long)]
    pub raw: bool,
}

fn auth_method(name: &str) -> Result<AuthMethod, String> {
    AuthMethod::parse(name).ok_or_else(|| {
        let known = AuthMethod::ALL.map(AuthMethod::as_str).join(", ");
        format!("it is one of {known}")
    })
}
