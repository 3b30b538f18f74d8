//! The configuration of the issuer.

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
use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::person::Person;

/// The bank's app: a public client.
pub const BANK_APP: &str = "bank-app";
/// The bank's API itself, as a client.
pub const BANK_API: &str = "bank-api";
/// Another app of another API.
pub const SHOP_APP: &str = "shop-app";
/// The other API, as a name only.
pub const SHOP: &str = "https://shop.example";

/// The addresses of the three servers.
pub struct Addresses<'a> {
    pub issuer: &'a str,
    pub bank: &'a str,
    pub app: &'a str,
}

/// A client beside those of the demonstration.
pub struct NewClient {
    pub metadata: Value,
    pub secret: Option<Digest>,
}

/// Two APIs, two apps, the bank's own client, three people.
pub fn settings(
    addresses: &Addresses<'_>,
    people: &[Person],
    bank_secret: &Secret,
    more: Vec<NewClient>,
) -> Result<Settings> {
    let profile = IssuerProfile {
        issuer: addresses.issuer.to_owned(),
        lifetimes: Lifetimes::default(),
        resources: vec![
            resource(addresses.bank, "accounts:read")?,
            resource(SHOP, "orders:read")?,
        ],
        scopes: IdentityScopes::default(),
    };
    let own = [
        client(&profile, app(addresses, BANK_APP, "accounts:read"), None)?,
        client(&profile, app(addresses, SHOP_APP, "orders:read"), None)?,
        client(&profile, bank(addresses), Some(bank_secret.digest()))?,
    ];
    let more = more.into_iter();
    let more = more.map(|one| client(&profile, one.metadata, one.secret));
    let clients: Vec<_> = own.into_iter().map(Ok).chain(more).collect::<Result<_>>()?;
    Ok(Settings {
        profile,
        clients,
        users: people.iter().map(account).collect::<Result<_>>()?,
        algorithms: vec![Algorithm::RS256],
        rotation: Rotation {
            interval: 30 * DAY,
            publish_ahead: DAY,
        },
        sign_in: SignInLimits::default(),
        ready: Ready::default(),
        mode: Mode::Development,
    })
}

fn resource(identifier: &str, scopes: &str) -> Result<Resource> {
    Ok(Resource {
        identifier: identifier.to_owned(),
        scopes: scopes.parse()?,
        signing: ResourceSigning::Asymmetric(Algorithm::RS256),
        claims: ReleasedClaims::default(),
    })
}

fn app(addresses: &Addresses<'_>, client_id: &str, scopes: &str) -> Value {
    json!({
        "client_id": client_id,
        "client_name": if client_id == BANK_APP { "Bank" } else { "Shop" },
        "token_endpoint_auth_method": "none",
        "redirect_uris": [format!("{}/callback", addresses.app)],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": format!("openid profile offline_access {scopes}"),
    })
}

/// The bank's API itself, which may introspect the tokens meant for it.
fn bank(addresses: &Addresses<'_>) -> Value {
    json!({ "client_id": BANK_API, "resource_server_for": [addresses.bank] })
}

fn client(profile: &IssuerProfile, metadata: Value, secret: Option<Digest>) -> Result<Client> {
    let metadata: ClientMetadata = serde_json::from_value(metadata)?;
    let secrets = secret.into_iter().collect();
    let client = metadata.validate(profile, secrets, ClientOrigin::Configuration, 0);
    client.map_err(|errors| {
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        anyhow!("a client of the demo is not valid: {}", errors.join("; "))
    })
}

fn account(person: &Person) -> Result<SeedUser> {
    let role = match person.username {
        "admin" => "admin",
        _ => "customer",
    };
    let claims = json!({ "name": person.username });
    Ok(SeedUser {
        username: Username::parse(person.username)?,
        password: person.password.clone(),
        roles: vec![role.parse()?],
        // of the bank, not of the issuer
        administrator: false,
        claims: claims.as_object().cloned().unwrap_or_default(),
    })
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
