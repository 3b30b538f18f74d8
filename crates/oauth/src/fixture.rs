//! Values that tests start from: valid by default, so that a test states only its deviation.

use airside_jose::Algorithm;

use crate::{
    client::{AuthMethod, Client, ClientOrigin, ClientSettings, GrantType},
    id::{SessionId, UserId},
    identity_scope::IdentityScopes,
    key::{
        KeyEncryptionKey, NextKey, Purpose,
        entropy::Entropy,
        keyring::{Keyring, generate_purpose, generate_signing},
        secret::Digest,
        vault::Vault,
    },
    profile::{IssuerProfile, Lifetimes, Resource, ResourceSigning},
    request::{access::Access, scope::Scope},
    state::{
        grant::AuthorizedAccess,
        lifetime::{LifetimesInForce, LongestLifetimes},
        session::{Authentication, Session},
        user::{User, Username},
    },
    time::Time,
    token::released_claim::ReleasedClaims,
};

pub(crate) const ISSUER: &str = "https://id.example";
pub(crate) const BANK: &str = "https://bank.example";
pub(crate) const SHOP: &str = "https://shop.example";

/// 2026-01-01T00:00:00Z.
pub(crate) const START: Time = Time::from_millis(1_767_225_600_000);

pub(crate) fn draw(seed: u8) -> Entropy {
    Entropy::from_seed([seed; 32])
}

fn kek() -> KeyEncryptionKey {
    KeyEncryptionKey::new([42; 32])
}

pub(crate) fn vault() -> Vault {
    let next = NextKey {
        version: 1,
        active_from: Time::from_millis(0),
    };
    let keys: Vec<_> = Purpose::INTERNAL
        .into_iter()
        .map(|purpose| generate_purpose(purpose, next, &kek(), Time::from_millis(0), &draw(1)))
        .collect();
    Vault::open(ISSUER, 1, &kek(), &keys).unwrap()
}

/// Keys of ES256 and EdDSA: an RSA key takes long to make.
pub(crate) fn keyring() -> Keyring {
    let next = NextKey {
        version: 1,
        active_from: Time::from_millis(0),
    };
    let keys: Vec<_> = [Algorithm::ES256, Algorithm::EdDSA]
        .into_iter()
        .map(|algorithm| {
            generate_signing(algorithm, next, &kek(), Time::from_millis(0), &draw(2)).unwrap()
        })
        .collect();
    Keyring::open(&kek(), &keys, longest()).unwrap()
}

/// Returns the lifetimes of an issuer in which only the usual ones were ever in force.
pub(crate) fn longest() -> LongestLifetimes {
    LongestLifetimes::at(&[], &Lifetimes::default(), START)
}

/// The usual lifetimes, in force for ever.
pub(crate) fn in_force() -> LifetimesInForce {
    let end = Time::from_millis(i64::MAX);
    LifetimesInForce::recorded(&Lifetimes::default(), end, START).unwrap()
}

pub(crate) fn profile() -> IssuerProfile {
    let resource = |identifier: &str, scopes: &str| Resource {
        identifier: identifier.to_owned(),
        scopes: scopes.parse().unwrap(),
        signing: ResourceSigning::Asymmetric(Algorithm::ES256),
        claims: ReleasedClaims::default(),
    };
    IssuerProfile {
        issuer: ISSUER.to_owned(),
        lifetimes: Lifetimes::default(),
        resources: vec![
            resource(BANK, "accounts:read accounts:write"),
            resource(SHOP, "orders:read"),
        ],
        scopes: IdentityScopes::default(),
    }
}

/// A public client with every scope.
pub(crate) fn client() -> Client {
    Client {
        client_id: "spa".parse().unwrap(),
        client_name: Some("Bank".to_owned()),
        auth_method: AuthMethod::None,
        secrets: Vec::new(),
        jwks: None,
        jwks_uri: None,
        redirect_uris: vec!["https://app.example/cb".parse().unwrap()],
        post_logout_redirect_uris: Vec::new(),
        grant_types: GrantType::ALL.to_vec(),
        scope: "openid profile email offline_access accounts:read accounts:write orders:read"
            .parse()
            .unwrap(),
        id_token_signed_response_alg: Algorithm::ES256,
        settings: ClientSettings::default(),
        epoch: 3,
        origin: ClientOrigin::Administration,
        disabled: false,
    }
}

/// The same client, able to keep a secret.
pub(crate) fn confidential_client() -> Client {
    Client {
        auth_method: AuthMethod::ClientSecretBasic,
        secrets: vec![Digest::of(b"secret")],
        ..client()
    }
}

pub(crate) fn user() -> User {
    User {
        id: UserId::new(START, &draw(3)),
        username: Username::parse("alice").unwrap(),
        roles: vec!["customer".parse().unwrap()],
        administrator: false,
        claims: serde_json::Map::new(),
        epoch: 5,
        disabled: false,
        created_at: START,
        rights_reduced_at: None,
    }
}

pub(crate) fn session() -> Session {
    Session {
        id: SessionId::new(START, &draw(4)),
        cookie: Digest::of(b"cookie"),
        user: user().id,
        authentication: Authentication {
            at: START,
            amr: vec!["pwd".to_owned()],
        },
        last_seen: START,
        ended_at: None,
    }
}

/// `scope`, each name at the API of `resources` that defines it.
pub(crate) fn access(scope: &str, resources: &[&str]) -> Access {
    let scope: Scope = scope.parse().unwrap();
    let profile = profile();
    let own = |api: &str| match profile.resource(api) {
        Some(api) => scope.filter(|name| api.scopes.contains(name)),
        None => scope.api(),
    };
    Access {
        openid: scope.oidc(),
        apis: resources
            .iter()
            .map(|api| ((*api).to_owned(), own(api)))
            .collect(),
        ..Access::default()
    }
}

pub(crate) fn terms(scope: &str, resources: &[&str]) -> AuthorizedAccess {
    AuthorizedAccess {
        access: access(scope, resources),
        authentication: session().authentication,
    }
}
