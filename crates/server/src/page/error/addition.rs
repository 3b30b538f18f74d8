//! The command or configuration that adds a redirect URI to a client, for the developer who reads the error page.

use airside_oauth::{
    client::{Client, ClientOrigin},
    request::redirect_uri::RedirectUri,
};

use crate::view::Fix;

/// The line that adds a redirect URI to a registration.
pub(super) struct Addition {
    /// Says where the line goes, if the client is one of the configuration file.
    prose: Option<String>,
    command: String,
}

impl Addition {
    /// Returns the line for a client; `None` if `received` can never be registered.
    pub(super) fn of(client: &Client, received: &str) -> Option<Self> {
        let added: RedirectUri = received.parse().ok()?;
        // RFC8252-7.3: a program listens at another port each time
        let added = added.for_any_port();
        let id = &client.client_id;
        Some(match client.origin {
            ClientOrigin::Administration => Self {
                prose: None,
                command: format!(
                    "airside client edit {id} --add-redirect-uri {}",
                    quoted(&added)
                ),
            },
            ClientOrigin::Configuration => Self {
                prose: Some(format!("In the configuration file, at the client {id}:")),
                command: redirect_uris_line(client, &added),
            },
        })
    }

    /// Returns the line as the error page shows it.
    pub(super) fn fix(&self) -> Fix<'_> {
        Fix {
            label: "Fix",
            prose: self.prose.as_deref(),
            command: &self.command,
        }
    }
}

/// Quotes a URI for a shell: the sender of a link must not write commands for the person who copies the line.
fn quoted(uri: &RedirectUri) -> String {
    format!("'{}'", uri.as_str().replace('\'', r"'\''"))
}

/// Writes the registration with one URI more, as TOML: no redirect URI has a quotation mark or a backslash.
fn redirect_uris_line(client: &Client, added: &RedirectUri) -> String {
    let all = client.redirect_uris.iter().chain([added]);
    let all: Vec<_> = all.map(|uri| format!("\"{}\"", uri.as_str())).collect();
    format!("redirect_uris = [{}]", all.join(", "))
}
