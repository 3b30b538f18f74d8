//! The origins of browser apps that may read answers: for CORS.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
};

use super::{RedirectUri, with_port};

/// The origins of redirect URIs, and those that clients name: asked about with one look, however many
/// clients there are, and changed with one client.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// Each with the number of times that clients have it.
    exact: HashMap<Box<str>, u32>,
    /// Loopback addresses without their ports, which are as free as in [`RedirectUri::matches`].
    any_port: HashMap<&'static str, u32>,
}

/// The origins of one client.
#[derive(Clone, Debug, Default)]
pub struct ClientOrigins {
    exact: Vec<String>,
    any_port: Vec<&'static str>,
}

impl ClientOrigins {
    /// Those of the texts of registered redirect URIs, and those that the client names.
    pub fn of(redirect_uris: Vec<String>, named: Vec<String>) -> Self {
        let mut origins = Self {
            exact: named,
            any_port: Vec::new(),
        };
        for uri in redirect_uris.into_iter().map(RedirectUri) {
            if !uri.is_private_scheme() {
                origins.exact.push(uri.origin());
                origins.any_port.extend(uri.any_port());
            }
        }
        origins
    }
}

impl Origins {
    /// Adds those of a client.
    pub fn add(&mut self, client: &ClientOrigins) {
        for origin in &client.exact {
            match self.exact.get_mut(origin.as_str()) {
                Some(count) => *count = count.saturating_add(1),
                None => drop(self.exact.insert(origin.as_str().into(), 1)),
            }
        }
        for base in &client.any_port {
            let count = self.any_port.entry(base).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Takes those of a client away that was added: an origin stays as long as another client has it.
    pub fn remove(&mut self, client: &ClientOrigins) {
        for origin in &client.exact {
            take_one(self.exact.entry(origin.as_str().into()));
        }
        for base in &client.any_port {
            take_one(self.any_port.entry(base));
        }
    }

    /// Returns true if an app is at `origin`, as a browser writes it.
    pub fn contain(&self, origin: &str) -> bool {
        let mut any_port = self.any_port.keys();
        self.exact.contains_key(origin) || any_port.any(|base| with_port(origin, base, ""))
    }
}

fn take_one<K: Eq + Hash>(entry: Entry<'_, K, u32>) {
    if let Entry::Occupied(mut entry) = entry {
        match entry.get().checked_sub(1) {
            None | Some(0) => drop(entry.remove()),
            Some(left) => drop(entry.insert(left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(uri: &str) -> ClientOrigins {
        ClientOrigins::of(vec![uri.to_owned()], Vec::new())
    }

    fn origins(uri: &str) -> Origins {
        let mut origins = Origins::default();
        origins.add(&of(uri));
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

    #[test]
    fn an_origin_stays_until_the_last_client_that_has_it_is_gone() {
        for (uri, origin) in [
            ("https://app.ex/cb", "https://app.ex"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5173"),
        ] {
            let mut two = origins(uri);
            two.add(&of(uri));
            two.remove(&of(uri));
            assert!(two.contain(origin));
            two.remove(&of(uri));
            assert!(!two.contain(origin));
            // what was never added takes nothing away from others
            two.remove(&of("https://other.ex/cb"));
            two.add(&of(uri));
            assert!(two.contain(origin) && !two.contain("https://other.ex"));
        }
    }
}
