//! The origins of browser apps that may read answers: for CORS.

use std::collections::HashSet;

use super::{RedirectUri, with_port};
use crate::client::Client;

/// The origins of redirect URIs, and those that clients name: asked about with one look, however many
/// clients there are.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    exact: HashSet<String>,
    /// Loopback addresses without their ports, which are as free as in [`RedirectUri::matches`].
    any_port: HashSet<&'static str>,
}

impl Origins {
    /// Those of these clients.
    pub fn of<'a>(clients: impl IntoIterator<Item = &'a Client>) -> Self {
        let mut origins = Self::default();
        for client in clients {
            let named = client.settings.allowed_origins.iter();
            origins.exact.extend(named.cloned());
            client.redirect_uris.iter().for_each(|uri| origins.add(uri));
        }
        origins
    }

    /// Returns true if an app is at `origin`, as a browser writes it.
    pub fn contain(&self, origin: &str) -> bool {
        let mut any_port = self.any_port.iter();
        self.exact.contains(origin) || any_port.any(|base| with_port(origin, base, ""))
    }

    fn add(&mut self, uri: &RedirectUri) {
        if !uri.is_private_scheme() {
            self.exact.insert(uri.origin());
            self.any_port.extend(uri.any_port());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(uri: &str) -> Origins {
        let mut origins = Origins::default();
        origins.add(&uri.parse().unwrap());
        origins
    }

    #[test]
    fn a_page_at_the_redirect_uri_may_call_and_no_other() {
        // A29
        assert!(origins("https://app.ex/cb").contain("https://app.ex"));
        for origin in [
            "https://app.ex:8443",
            "http://app.ex",
            "https://app.ex.evil.ex",
            "null",
            "",
        ] {
            assert!(!origins("https://app.ex/cb").contain(origin), "{origin}");
        }
        assert!(origins("http://127.0.0.1/cb").contain("http://127.0.0.1:5173"));
        assert!(!origins("http://127.0.0.1/cb").contain("http://localhost:5173"));
        assert!(!origins("com.example.app:/cb").contain("com.example.app:"));
    }
}
