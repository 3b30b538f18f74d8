//! The configuration of a world: the usual one, and the differences of a test.

use std::time::Duration;

use airside_jose::Algorithm;
use airside_oauth::{
    client::{Client, ClientOrigin, client_metadata::ClientMetadata},
    identity_scope::IdentityScopes,
    key::{
        Rotation,
        secret::{Digest, Secret},
    },
    profile::{IssuerProfile, Lifetimes, Resource, ResourceSigning},
    state::user::Username,
    token::released_claim::ReleasedClaims,
};
use airside_server::{
    Settings,
    settings::{Mode, Ready, SeedUser, SignInLimits},
};
use serde_json::{Value, json};

use super::{BANK, PASSWORD, SHOP};

/// The settings that a test wants different.
#[derive(Default)]
pub struct Setting {
    pub clients: Vec<Value>,
    pub resources: Vec<Resource>,
    pub lifetimes: Lifetimes,
    pub sign_in: SignInLimits,
    pub ready: Ready,
    pub path: &'static str,
    /// The issuer's name, if it is not the address it listens on.
    pub issuer: Option<&'static str>,
    /// True if the admin API is on the network.
    pub admin_api: bool,
    /// True if there is no account yet.
    pub nobody: bool,
    /// Whose word about a caller counts.
    pub trusted_proxies: &'static [&'static str],
    /// True if answers say no more than they do in production.
    pub production: bool,
    /// The algorithms that keys are kept for, if not RS256, ES256 and EdDSA.
    pub algorithms: Option<Vec<Algorithm>>,
    /// Usual clients that are missing.
    pub without: &'static [&'static str],
    /// A usual API that is missing.
    pub without_api: Option<&'static str>,
    /// Identity scopes beside those that are built in.
    pub scopes: IdentityScopes,
    /// True if a deletion of old rows never ends.
    pub sweep_hangs: bool,
    /// True if the server sends no logout token: a [`World::deliverer`] does.
    pub holds_logouts: bool,
    /// The time that a fetch may take, if not as usual.
    pub fetch_timeout: Option<Duration>,
}

pub(super) fn settings(url: &str, setting: Setting) -> Settings {
    let profile = profile(url, &setting);
    let day = Duration::from_secs(24 * 60 * 60);
    let users = match setting.nobody {
        true => Vec::new(),
        false => vec![person("alice"), person("bob")],
    };
    let mode = match setting.production {
        true => Mode::Production,
        false => Mode::Development,
    };
    Settings {
        clients: clients(&profile, &setting),
        profile,
        users,
        // RSA keys take long to make in a debug build; RS256 has tests of its own
        algorithms: setting
            .algorithms
            .unwrap_or_else(|| vec![Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA]),
        rotation: Rotation {
            interval: 30 * day,
            publish_ahead: day,
        },
        sign_in: setting.sign_in,
        ready: setting.ready,
        mode,
    }
}

fn profile(url: &str, setting: &Setting) -> IssuerProfile {
    let issuer = setting.issuer.unwrap_or(url).to_owned();
    let admin_api = Resource::admin_api(&issuer, Algorithm::RS256);
    let usual = [
        resource(BANK, "accounts:read accounts:write"),
        resource(SHOP, "orders:read"),
    ];
    let resources = usual
        .into_iter()
        .chain(setting.resources.iter().cloned())
        .chain(setting.admin_api.then_some(admin_api))
        .filter(|api| setting.without_api != Some(&api.identifier));
    IssuerProfile {
        issuer,
        lifetimes: setting.lifetimes,
        resources: resources.collect(),
        scopes: setting.scopes.clone(),
    }
}

fn resource(identifier: &str, scopes: &str) -> Resource {
    Resource {
        identifier: identifier.to_owned(),
        scopes: scopes.parse().unwrap(),
        signing: ResourceSigning::Asymmetric(Algorithm::ES256),
        claims: ReleasedClaims::default(),
    }
}

/// The usual clients, without those that are replaced or missing, and then those of `setting`.
fn clients(profile: &IssuerProfile, setting: &Setting) -> Vec<Client> {
    let replaced = |id: &Value| setting.clients.iter().any(|more| more["client_id"] == *id);
    let missing = |id: &Value| id.as_str().is_some_and(|id| setting.without.contains(&id));
    let usual = usual_clients();
    let usual = usual.iter().filter(|usual| {
        let id = &usual["client_id"];
        !replaced(id) && !missing(id)
    });
    let mut clients: Vec<Client> = usual.map(|usual| client(profile, usual)).collect();
    for more in &setting.clients {
        let more = client(profile, more);
        clients.retain(|client| client.client_id != more.client_id);
        clients.push(more);
    }
    clients
}

fn usual_clients() -> [Value; 4] {
    let scope = "openid profile email offline_access accounts:read accounts:write orders:read";
    [
        json!({
            "client_id": "spa", "client_name": "Bank", "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://app.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"], "scope": scope,
            "id_token_signed_response_alg": "ES256",
        }),
        json!({
            "client_id": "web", "token_endpoint_auth_method": "client_secret_basic",
            "redirect_uris": ["https://web.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"], "scope": scope,
        }),
        json!({
            "client_id": "billing", "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["client_credentials"], "scope": "accounts:read accounts:write",
        }),
        json!({
            "client_id": "bank-api", "token_endpoint_auth_method": "client_secret_basic",
            "resource_server_for": [BANK],
        }),
    ]
}

/// A client of the configuration; its secret is `NAME-secret` if its method needs one.
fn client(profile: &IssuerProfile, metadata: &Value) -> Client {
    let metadata: ClientMetadata = serde_json::from_value(metadata.clone()).unwrap();
    let name = metadata.client_id.clone().unwrap();
    let with_secret = metadata.auth_method().as_str().starts_with("client_secret");
    let secrets = if with_secret {
        vec![Digest::of(secret_of(&name).as_bytes())]
    } else {
        vec![]
    };
    metadata
        .validate(profile, secrets, ClientOrigin::Configuration, 0)
        .unwrap()
}

/// The secret of a client of [`World`].
pub fn secret_of(client_id: &str) -> String {
    format!("{client_id}-secret")
}

fn person(name: &str) -> SeedUser {
    let claims = json!({ "name": format!("{name} Example"), "email": format!("{name}@example.com"), "email_verified": true });
    SeedUser {
        username: Username::parse(name).unwrap(),
        password: Secret::new(PASSWORD),
        roles: vec!["customer".parse().unwrap()],
        administrator: false,
        claims: claims.as_object().unwrap().clone(),
    }
}
