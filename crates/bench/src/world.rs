//! The server that is measured: its configuration and its clients.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::ensure;

use crate::{
    process::{self, Server},
    subject::{CLIENT, PASSWORD, REDIRECT_URI, Subject, USERNAME},
};

/// Starts the program, or the one beside this one, on the data in `directory`; on these cores only,
/// if they are given.
pub fn start(
    airside: Option<&Path>,
    directory: &Path,
    cores: Option<&str>,
) -> anyhow::Result<Server> {
    Server::spawn(command(&program(airside)?, directory, cores)?)
}

/// Returns the path of the program: the one given, or the one beside this one.
pub fn program(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    let program = match given {
        Some(given) => given.to_owned(),
        None => env::current_exe()?.with_file_name("airside"),
    };
    ensure!(
        program.exists(),
        "`{}` does not exist: build it or give --airside",
        program.display()
    );
    Ok(program)
}

/// Writes the configuration into `directory`, and makes the command that starts the server on the data
/// there.
pub fn command(program: &Path, directory: &Path, cores: Option<&str>) -> anyhow::Result<Command> {
    let config = directory.join("airside.toml");
    fs::write(&config, configuration())?;
    let mut command = process::command(program, cores);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(config)
        .arg("--data")
        .arg(directory.join("data"));
    Ok(command)
}

/// The algorithm of the tokens' signatures.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Algorithm {
    Es256,
    Rs256,
}

/// A client of the generated configuration.
#[derive(Clone, Copy)]
pub enum ClientKind {
    /// Confidential, without ID tokens.
    Confidential,
    /// Confidential, with ID tokens; its consent is remembered.
    WebApp,
    /// Public, with ID tokens.
    Public,
}

impl ClientKind {
    /// Returns the client with a person, and the tokens that it asks for.
    pub fn subject(self, algorithm: Algorithm) -> Subject {
        let api = algorithm.api();
        let (client_id, client_secret, openid) = match self {
            ClientKind::Confidential => (CLIENT, Some(CLIENT_SECRET.to_owned()), ""),
            ClientKind::WebApp => ("web", Some(CLIENT_SECRET.to_owned()), "openid "),
            ClientKind::Public => (algorithm.public_client(), None, "openid "),
        };
        Subject {
            client_id: client_id.to_owned(),
            client_secret,
            scope: format!("{openid}{api}:read"),
            resource: format!("https://{api}.example.com"),
            username: USERNAME.to_owned(),
            password: PASSWORD.to_owned(),
            redirect_uri: REDIRECT_URI.to_owned(),
        }
    }
}

impl Algorithm {
    fn api(self) -> &'static str {
        match self {
            Self::Es256 => "es256",
            Self::Rs256 => "rs256",
        }
    }

    /// Returns the client whose ID tokens are signed with the algorithm.
    fn public_client(self) -> &'static str {
        match self {
            Self::Es256 => "spa-es256",
            Self::Rs256 => "spa",
        }
    }
}

fn configuration() -> String {
    CONFIGURATION
        .replace("CLIENT", CLIENT)
        .replace("SECRET", CLIENT_SECRET)
        .replace("REDIRECT", REDIRECT_URI)
        .replace("USERNAME", USERNAME)
        .replace("PASSWORD", PASSWORD)
}

/// Two APIs, four clients and a person, with placeholders in capitals.
const CONFIGURATION: &str = r#"
[[resource]]
identifier = "https://es256.example.com"
scopes = ["es256:read"]
signing_alg = "ES256"

[[resource]]
identifier = "https://rs256.example.com"
scopes = ["rs256:read"]
signing_alg = "RS256"

[[client]]
client_id = "CLIENT"
token_endpoint_auth_method = "client_secret_post"
client_secret = "SECRET"
redirect_uris = ["REDIRECT"]
grant_types = ["client_credentials", "authorization_code", "refresh_token"]
scope = "es256:read rs256:read"
refresh_token_rotation = true

[[client]]
client_id = "web"
id_token_signed_response_alg = "ES256"
token_endpoint_auth_method = "client_secret_post"
client_secret = "SECRET"
redirect_uris = ["REDIRECT"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid es256:read"

[[client]]
client_id = "spa"
token_endpoint_auth_method = "none"
redirect_uris = ["REDIRECT"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid es256:read rs256:read"

[[client]]
client_id = "spa-es256"
id_token_signed_response_alg = "ES256"
token_endpoint_auth_method = "none"
redirect_uris = ["REDIRECT"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid es256:read rs256:read"

# what is measured is the server, not how it slows down one who guesses
[sign_in]
account_failures = 1000000
address_failures = 1000000

[[user]]
username = "USERNAME"
password = "PASSWORD"
"#;

const CLIENT_SECRET: &str = "a-secret-of-the-benchmark-and-of-nothing-else";
