//! The registration of a client at the server that is asked.

use airside_jose::{Jwk, JwkSet};
use airside_oauth::{client::AuthMethod, request::redirect_uri::RedirectUri};
use serde::Deserialize;

use crate::{
    exit::{Code, CommandError},
    socket::{Admin, segment},
};

/// The parts of a registration that matter when the client gets tokens.
#[derive(Debug, Deserialize)]
pub(super) struct Registration {
    /// The method that its metadata states; without one it may use `client_secret_basic`.
    pub token_endpoint_auth_method: Option<AuthMethod>,
    jwks: Option<JwkSet>,
    grant_types: Option<Vec<String>>,
    redirect_uris: Option<Vec<String>>,
}

impl Registration {
    /// Asks the server; `None` if it does not let this caller look.
    ///
    /// # Errors
    ///
    /// The server has no such client.
    pub(super) async fn ask(admin: &Admin, client: &str) -> Result<Option<Self>, CommandError> {
        match admin.get(&format!("/clients/{}", segment(client))).await {
            Ok(shown) => Ok(serde_json::from_value(shown).ok()),
            Err(failure) if failure.code == Code::NotFound => Err(failure),
            Err(_) => Ok(None),
        }
    }

    /// Requires that the client may use the code flow of this command.
    ///
    /// # Errors
    ///
    /// The flags that mend the registration, before a person is sent to the server in vain.
    pub(super) fn require_code(&self, client: &str) -> Result<(), CommandError> {
        let names_code = |types: &Vec<String>| types.iter().any(|name| name == GRANT_TYPE);
        let has_type = self.grant_types.as_ref().is_none_or(names_code);
        let mut uris = self.redirect_uris.iter().flatten();
        let needed = [
            (has_type, "--add-grant-type", GRANT_TYPE),
            (
                uris.any(|uri| is_ours(uri)),
                "--add-redirect-uri",
                REDIRECT_URI,
            ),
        ];
        let missing = needed.iter().filter(|(is_there, ..)| !is_there);
        let flags: Vec<_> = missing
            .map(|(_, flag, value)| format!("{flag} {value}"))
            .collect();
        if flags.is_empty() {
            return Ok(());
        }
        Err(CommandError::usage(format!(
            "`{client}` is not registered for --code, which needs the grant type `{GRANT_TYPE}` and the redirect URI `{REDIRECT_URI}`\nhelp: `airside client edit {client} {}`; a client of the configuration is changed there",
            flags.join(" ")
        )))
    }

    /// Returns this public key as it is registered.
    pub(super) fn key(&self, public: &Jwk) -> Option<&Jwk> {
        let thumbprint = public.thumbprint();
        let mut keys = self.jwks.iter().flat_map(|jwks| &jwks.keys);
        keys.find(|key| key.thumbprint() == thumbprint)
    }
}

/// Returns true if the server takes the address at which this command listens for this one.
fn is_ours(registered: &str) -> bool {
    let ours = format!("http://127.0.0.1:{ANY_PORT}/callback");
    RedirectUri::stored(registered).is_ok_and(|uri| uri.matches(&ours))
}

const GRANT_TYPE: &str = "authorization_code";
const REDIRECT_URI: &str = "http://127.0.0.1/callback";
/// The port of a loopback address is free (RFC 8252 §7.3).
const ANY_PORT: u16 = 49_152;
