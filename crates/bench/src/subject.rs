//! The client and the person whose tokens are asked for.

use airside_client::{Parameters, Person};
use clap::Args;

/// A client, the person who signs in to it, and the tokens that it asks for.
#[derive(Args, Clone)]
pub struct Subject {
    /// The client_id
    #[arg(long, default_value = CLIENT)]
    pub client_id: String,
    /// The client's secret; a public client has none
    #[arg(long)]
    pub client_secret: Option<String>,
    /// The scope of the tokens
    #[arg(long, default_value = "rs256:read")]
    pub scope: String,
    /// The API that the tokens are for
    #[arg(long, default_value = "https://rs256.example.com")]
    pub resource: String,
    /// The username of the person who signs in
    #[arg(long, default_value = USERNAME)]
    pub username: String,
    /// The person's password
    #[arg(long, default_value = PASSWORD)]
    pub password: String,
    /// The redirect URI of the code; nothing has to listen there
    #[arg(long, default_value = REDIRECT_URI)]
    pub redirect_uri: String,
}

impl Subject {
    /// Returns the client's id and secret as form parameters.
    pub fn authentication(&self) -> Parameters {
        let client = Parameters::from([("client_id", self.client_id.as_str())]);
        match &self.client_secret {
            Some(secret) => client.also("client_secret", secret),
            None => client,
        }
    }

    /// Returns the person who signs in.
    pub fn person(&self) -> Person {
        Person::new(&self.username, &self.password)
    }
}

/// The confidential client of the generated configuration.
pub const CLIENT: &str = "bench";
/// The person of the generated configuration.
pub const USERNAME: &str = "alice";
/// The person's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// The redirect URI of the clients of the generated configuration.
pub const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";
