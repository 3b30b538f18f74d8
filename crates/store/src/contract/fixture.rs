//! Values that rules start from: valid by default, so that a rule states only its deviation.

mod commit;
mod world;

pub(super) use commit::{
    change_user, create, delete_user, once, redeem, register, revoke, rotate, sign_in,
};
pub(super) use world::{World, all_clients, look_grant};

use std::collections::BTreeMap;

use airside_oauth::{
    client::{AuthMethod, Client, ClientOrigin, GrantType, client_metadata::ClientMetadata},
    id::{ClientId, EventId, GrantId, SessionId, UserId},
    identity_scope::IdentityScopes,
    key::{Purpose, StoredKey, entropy::Entropy, secret::Digest},
    profile::{IssuerProfile, Lifetimes},
    request::{access::Access, scope::Scope},
    state::{
        consent::{Consent, ConsentKey},
        decide::{CodeBinding, Effect},
        event::{Event, EventKind, Origin},
        feed::{FeedEntry, FeedSubject},
        grant::{AuthorizedAccess, Grant, Rotation},
        lifetime::LongestLifetimes,
        session::{Authentication, Session},
        status::StatusIndex,
        user::{User, Username},
    },
    time::Time,
};

/// 2026-01-01T00:00:00Z.
pub(super) const START: Time = Time::from_millis(1_767_225_600_000);

pub(super) fn at(seconds: i64) -> Time {
    Time::from_millis(START.as_millis() + seconds * 1_000)
}

/// The lifetimes of records where only the default lifetimes were ever in force.
pub(super) fn usual(now: Time) -> LongestLifetimes {
    LongestLifetimes::at(&[], &Lifetimes::default(), now)
}

pub(super) fn draw(seed: u8) -> Entropy {
    Entropy::from_seed([seed; 32])
}

pub(super) fn user(name: &str) -> User {
    User {
        id: UserId::new(
            START,
            &Entropy::from_seed(*Digest::of(name.as_bytes()).as_bytes()),
        ),
        username: Username::parse(name).unwrap(),
        roles: vec!["customer".parse().unwrap()],
        administrator: false,
        claims: serde_json::from_str(r#"{"name":"Alice Adams","email_verified":true}"#).unwrap(),
        epoch: 5,
        disabled: false,
        created_at: START,
        rights_reduced_at: Some(at(-60)),
    }
}

pub(super) fn client(id: &str) -> Client {
    let metadata = ClientMetadata {
        token_endpoint_auth_method: Some(AuthMethod::ClientSecretPost),
        client_id: Some(id.to_owned()),
        client_name: Some("Bank".to_owned()),
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        grant_types: Some(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]),
        scope: "openid offline_access".to_owned(),
        allowed_origins: vec!["https://app.example".to_owned()],
        refresh_token_rotation: Some(true),
        ..ClientMetadata::default()
    };
    let secrets = vec![Digest::of(b"one"), Digest::of(b"two")];
    let client = metadata.validate(&profile(), secrets, ClientOrigin::Administration, 3);
    client.unwrap()
}

fn profile() -> IssuerProfile {
    IssuerProfile {
        issuer: "https://id.example".to_owned(),
        lifetimes: Lifetimes::default(),
        resources: Vec::new(),
        scopes: IdentityScopes::default(),
    }
}

pub(super) fn session(user: &User, seed: u8) -> Session {
    Session {
        id: SessionId::new(at(i64::from(seed)), &draw(seed)),
        cookie: cookie(seed),
        user: user.id,
        authentication: Authentication {
            at: START,
            amr: vec!["pwd".to_owned()],
        },
        last_seen: START,
        ended_at: None,
    }
}

pub(super) fn cookie(seed: u8) -> Digest {
    Digest::of(&[seed])
}

pub(super) fn grant(session: &Session, seed: u8) -> Grant {
    Grant {
        id: GrantId::new(at(i64::from(seed)), &draw(seed)),
        client: spa(),
        user: session.user,
        session: session.id,
        terms: AuthorizedAccess {
            access: access("openid"),
            authentication: session.authentication.clone(),
        },
        created_at: START,
        attempt: [seed; 16],
        rotation: Rotation::begin(START),
        status: Some(StatusIndex::new(u64::from(seed))),
        revoked: None,
    }
}

pub(super) fn spa() -> ClientId {
    "spa".parse().unwrap()
}

/// The epochs that [`user`] and [`client`] begin with.
pub(super) fn bound() -> CodeBinding {
    CodeBinding {
        user_epoch: 5,
        client_epoch: 3,
        consent: None,
        session: None,
    }
}

/// The effect that remembers a consent to [`client`] as it begins.
pub(super) fn remember(consent: Consent) -> Effect {
    Effect::RememberConsent {
        consent,
        client_epoch: 3,
    }
}

pub(super) fn consent(user: &User, scope: &str) -> Consent {
    Consent {
        key: ConsentKey {
            user: user.id,
            client: spa(),
            redirect_host: "app.example".to_owned(),
        },
        allowed: access(scope),
        granted_at: START,
        epoch: 7,
    }
}

/// `scope`, that of APIs at one of two APIs.
pub(super) fn access(scope: &str) -> Access {
    let scope: Scope = scope.parse().unwrap();
    Access {
        openid: scope.oidc(),
        apis: BTreeMap::from([
            ("https://api.example".to_owned(), scope.api()),
            (
                "https://api.example/without-scopes".to_owned(),
                Scope::default(),
            ),
        ]),
        claims: BTreeMap::from([(
            "https://api.example".to_owned(),
            ["email", "org"].map(str::to_owned).into(),
        )]),
        single_claims: Default::default(),
    }
}

pub(super) fn event(seed: u8) -> Event {
    Event {
        id: EventId::new(at(i64::from(seed)), &draw(seed)),
        at: at(i64::from(seed)),
        kind: EventKind::GrantCreated,
        client: Some(spa()),
        user: None,
        grant: None,
        origin: Origin {
            address: Some([192, 0, 2, 1].into()),
            trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
        },
        detail: format!("event {seed}"),
    }
}

pub(super) fn revocation(subject: FeedSubject) -> FeedEntry {
    FeedEntry { subject, at: at(1) }
}

pub(super) fn key(purpose: Purpose, version: u32) -> StoredKey {
    StoredKey {
        kid: format!("{}-{version}", purpose.as_str()),
        purpose,
        version,
        wrapped: vec![1, 2, 3],
        public: "{}".to_owned(),
        created_at: START,
        active_from: at(i64::from(version)),
        dropped_at: None,
        retired_at: None,
    }
}
