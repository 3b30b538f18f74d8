//! The issuer to try, and the client and the person to try it with.

use std::{fmt, path::PathBuf};

use clap::Args;
use url::Url;

/// The issuer to try, and the client and the person to try it with.
#[derive(Args, Clone)]
pub struct Options {
    /// The issuer, as its metadata spells it
    #[arg(long)]
    pub issuer: Url,
    /// The client_id of a client of the issuer
    #[arg(long)]
    pub client_id: String,
    /// The client's secret; a public client has none
    #[arg(long)]
    pub client_secret: Option<String>,
    /// A registered redirect URI of the client; nothing has to listen there
    #[arg(long)]
    pub redirect_uri: String,
    /// The scope of the legal requests
    #[arg(long, default_value = SCOPE)]
    pub scope: String,
    /// Another parameter `NAME=VALUE` of the authorization request, such as `prompt=consent`
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// The username of the person who signs in
    #[arg(long, default_value = "")]
    pub username: String,
    /// The person's password
    #[arg(long, default_value = "")]
    pub password: String,
    /// The id or name of the username's field
    #[arg(long, default_value = "username")]
    pub username_field: String,
    /// The id or name of the password's field
    #[arg(long, default_value = "password")]
    pub password_field: String,
    /// The id or name of the button that allows, or of another field of its form
    #[arg(long, default_value = "allow")]
    pub allow_button: String,
    /// A cookie `NAME=VALUE` of a browser that is signed in, for pages that cannot be filled in
    #[arg(long = "cookie", value_name = "NAME=VALUE", value_parser = pair)]
    pub cookies: Vec<(String, String)>,
    /// A host that may be tried although it is not this machine
    #[arg(long = "allow-host", value_name = "HOST")]
    pub allowed_hosts: Vec<String>,
    /// The certificate authorities to trust (PEM) instead of the web's
    #[arg(long = "ca", value_name = "FILE")]
    pub authorities: Option<PathBuf>,
}

impl Options {
    /// Returns the defaults of the command line for an issuer.
    #[must_use]
    pub fn new(issuer: Url) -> Self {
        Self {
            issuer,
            client_id: String::new(),
            client_secret: None,
            redirect_uri: String::new(),
            scope: SCOPE.to_owned(),
            parameters: Vec::new(),
            username: String::new(),
            password: String::new(),
            username_field: "username".to_owned(),
            password_field: "password".to_owned(),
            allow_button: "allow".to_owned(),
            cookies: Vec::new(),
            allowed_hosts: Vec::new(),
            authorities: None,
        }
    }
}

/// Prints nothing of the options, which hold a password and a secret.
impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Options")
    }
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is expected")?;
    Ok((name.to_owned(), value.to_owned()))
}

const SCOPE: &str = "openid offline_access";
