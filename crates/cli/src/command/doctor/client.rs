//! Clients whose registration leaves OAuth 2.1 and RFC 9700.

use airside_oauth::{
    client::{Client, ClientOrigin, GrantType},
    request::redirect_uri::RedirectUri,
};
use airside_server::settings::Settings;

use super::finding::Finding;

/// The clients of the configuration, and those that only the store has.
pub fn all<'a>(settings: &'a Settings, stored: &'a [Client]) -> Vec<&'a Client> {
    let own = stored
        .iter()
        .filter(|client| client.origin == ClientOrigin::Administration);
    settings.clients.iter().chain(own).collect()
}

/// Returns where registrations leave OAuth 2.1 and RFC 9700.
pub fn examine(clients: &[&Client]) -> Vec<Finding> {
    let findings: Vec<_> = clients
        .iter()
        .flat_map(|client| deviations(client))
        .collect();
    match (findings.is_empty(), clients.len()) {
        (false, _) => findings,
        (true, 0) => vec![Finding::unknown(CLIENTS, "there are none yet")],
        (true, 1) => vec![Finding::good(
            CLIENTS,
            "the one client keeps to OAuth 2.1 and RFC 9700",
        )],
        (true, count) => vec![Finding::good(
            CLIENTS,
            format!("all {count} keep to OAuth 2.1 and RFC 9700"),
        )],
    }
}

fn deviations(client: &Client) -> Vec<Finding> {
    let id = client.client_id.as_str();
    DEVIATIONS
        .iter()
        .filter(|deviation| (deviation.holds)(client))
        .map(|deviation| {
            let message = format!("`{id}` {}", deviation.message);
            Finding::deviation(CLIENTS, message, deviation.fix(client))
        })
        .collect()
}

/// Something that a registration may say and should not.
struct Deviation {
    holds: fn(&Client) -> bool,
    message: &'static str,
    /// The line of `[[client]]` that ends it.
    line: &'static str,
    /// The flag of `airside client edit` that ends it.
    flag: &'static str,
}

impl Deviation {
    fn fix(&self, client: &Client) -> String {
        let id = client.client_id.as_str();
        match client.origin {
            ClientOrigin::Configuration => format!(
                "{} in the `[[client]]` {id} of airside.toml, then reload (SIGHUP)",
                self.line
            ),
            ClientOrigin::Administration => format!("`airside client edit {id} {}`", self.flag),
        }
    }
}

const DEVIATIONS: &[Deviation] = &[
    Deviation {
        // RFC9700-2.1.1: PKCE for public clients must, for others should be used
        holds: |client| asks_people(client) && !client.settings.require_pkce,
        message: "may go without PKCE (RFC 9700 §2.1.1, OAuth 2.1 §7.5.1): a stolen code can be used",
        line: "leave out `require_pkce = false`",
        flag: "--require-pkce=true",
    },
    Deviation {
        // RFC9207-2: how a client with several issuers knows which one answers
        holds: |client| asks_people(client) && !client.settings.authorization_response_iss,
        message: "gets no `iss` in its authorization responses (RFC 9700 §4.4.2.1): issuers can be mixed up",
        line: "leave out `authorization_response_iss = false`",
        flag: "--authorization-response-iss=true",
    },
    Deviation {
        // a registration is refused for it now; a store may have one that an earlier release took
        holds: |client| {
            client.is_public() && client.allows(GrantType::RefreshToken) && !client.rotates()
        },
        message: "is public and keeps its refresh tokens (RFC 9700 §2.2.2): a stolen one goes unnoticed",
        line: "leave out `refresh_token_rotation = false`",
        flag: "--metadata '{\"refresh_token_rotation\": true}'",
    },
    Deviation {
        // RFC9700-2.1: compared exactly, so one with a pattern, which an earlier release took, matches none
        holds: |client| client.redirect_uris.iter().any(is_pattern),
        message: "has a `*` in a redirect URI (RFC 9700 §2.1): it matches no address",
        line: "name each address in `redirect_uris`",
        flag: "--add-redirect-uri https://… --remove-redirect-uri 'https://…*'",
    },
];

fn asks_people(client: &Client) -> bool {
    client.allows(GrantType::AuthorizationCode)
}

fn is_pattern(uri: &RedirectUri) -> bool {
    uri.as_str().contains('*')
}

const CLIENTS: &str = "clients";
