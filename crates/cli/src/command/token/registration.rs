//! The registration of a client at the server that is asked.

use airside_jose::{Jwk, JwkSet};
use airside_oauth::client::AuthMethod;
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

    /// Returns this public key as it is registered.
    pub(super) fn key(&self, public: &Jwk) -> Option<&Jwk> {
        let thumbprint = public.thumbprint();
        let mut keys = self.jwks.iter().flat_map(|jwks| &jwks.keys);
        keys.find(|key| key.thumbprint() == thumbprint)
    }
}
