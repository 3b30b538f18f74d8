//! An issuer, its client, and a person who is signed in.

use std::collections::BTreeMap;

use airside_jose::Algorithm;
use airside_oauth::{
    authorize::code::AuthorizationCode,
    client::{AuthMethod, Client, ClientOrigin, ClientSettings, GrantType},
    id::{GrantId, SessionId, UserId},
    identity_scope::IdentityScopes,
    key::{
        KeyEncryptionKey, NextKey, Purpose,
        entropy::Entropy,
        keyring::{Keyring, generate_purpose, generate_signing},
        secret::Digest,
        vault::Vault,
    },
    profile::{IssuerProfile, Lifetimes, Resource, ResourceSigning},
    request::{
        access::Access,
        form::{Params, SentParams},
    },
    state::{
        decide::{Context, Decide, Facts, Granted, Pivot},
        event::Origin,
        grant::AuthorizedAccess,
        lifetime::{LifetimesInForce, LongestLifetimes},
        session::{Authentication, Session},
        status::StatusIndex,
        user::{User, Username},
    },
    time::Time,
    token::{self, refresh_token::RefreshToken},
};

const API: &str = "https://api.example.com";

/// 2026-01-01T00:00:00Z.
const NOW: Time = Time::from_millis(1_767_225_600_000);

/// The pair that RFC 7636 prints in Appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A request, and what the store says about it.
pub type Request = (Params, Facts);

/// The state that every decision and every signature needs.
pub struct World {
    pub profile: IssuerProfile,
    pub keyring: Keyring,
    pub vault: Vault,
    pub in_force: LifetimesInForce,
    client: Client,
    draw: Entropy,
    origin: Origin,
    user: User,
    session: Session,
}

impl World {
    /// An issuer that signs with `algorithm`.
    pub fn new(algorithm: Algorithm) -> Self {
        let profile = profile(algorithm);
        let draw = Entropy::from_seed([7; 32]);
        let kek = KeyEncryptionKey::new([42; 32]);
        let next = NextKey {
            version: 1,
            active_from: Time::from_millis(0),
        };
        let internal = Purpose::INTERNAL.map(|purpose| {
            let draw = Entropy::from_seed(*Digest::of(purpose.as_str().as_bytes()).as_bytes());
            generate_purpose(purpose, next, &kek, NOW, &draw)
        });
        let signing = generate_signing(algorithm, next, &kek, NOW, &draw).unwrap();
        let user = user(&draw);
        let longest = LongestLifetimes::at(&[], &profile.lifetimes, NOW);
        Self {
            in_force: LifetimesInForce::recorded(&profile.lifetimes, NOW, NOW).unwrap(),
            keyring: Keyring::open(&kek, &[signing], longest).unwrap(),
            vault: Vault::open(&profile.issuer, 1, &kek, &internal).unwrap(),
            client: client(algorithm),
            origin: Origin {
                address: Some([192, 0, 2, 1].into()),
                trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            },
            session: session(&user, &draw),
            profile,
            draw,
            user,
        }
    }

    pub fn context(&self) -> Context<'_> {
        Context {
            profile: &self.profile,
            client: &self.client,
            vault: &self.vault,
            now: NOW,
            draw: &self.draw,
            origin: &self.origin,
            status: Some(StatusIndex::new(42)),
        }
    }

    pub fn parse(&self, form: &Params) -> Box<dyn Decide> {
        token::grant_type::parse(form, &self.client, &self.vault).unwrap()
    }

    pub fn decided(&self, (form, facts): &Request) -> Granted {
        self.parse(form).decide(&self.context(), facts).unwrap()
    }

    /// `client_credentials`, which rests on no row.
    pub fn machine(&self) -> Request {
        let form = form("grant_type=client_credentials&scope=accounts:read");
        (form, Facts::default())
    }

    /// The first refresh of the grant that [`Self::redemption`] begins.
    pub fn refresh(&self) -> Request {
        let redeemed = self.decided(&self.redemption());
        let Some(Pivot::InsertGrant { grant, .. }) = redeemed.commit.map(|commit| commit.pivot)
        else {
            panic!("a redemption inserts a grant");
        };
        let token = RefreshToken {
            family: grant.id,
            generation: grant.rotation.current,
        };
        let token = token.render(&self.vault, NOW).unwrap();
        let facts = Facts {
            grant: Some(*grant),
            ..self.facts()
        };
        (
            form(&format!("grant_type=refresh_token&refresh_token={token}")),
            facts,
        )
    }

    /// A code with PKCE, redeemed for the first time.
    pub fn redemption(&self) -> Request {
        let code = AuthorizationCode {
            id: GrantId::new(NOW, &self.draw),
            issued_at: NOW,
            client: self.client.client_id.clone(),
            user: self.user.id,
            session: self.session.id,
            terms: AuthorizedAccess {
                access: Access {
                    openid: "openid".parse().unwrap(),
                    apis: BTreeMap::from([(API.to_owned(), "accounts:read".parse().unwrap())]),
                    ..Access::default()
                },
                authentication: self.session.authentication.clone(),
            },
            redirect_uri: "https://app.example.com/callback".to_owned(),
            code_challenge: Some(CHALLENGE.parse().unwrap()),
            nonce: Some("6f3e8d1c2b4a5968".to_owned()),
            user_epoch: self.user.epoch,
            client_epoch: self.client.epoch,
            consent: Some(("app.example.com".to_owned(), 1)),
        };
        let code = code.seal(&self.vault, NOW, &self.draw).unwrap();
        let form = form(&format!(
            "grant_type=authorization_code&code={code}&code_verifier={VERIFIER}"
        ));
        (form, self.facts())
    }

    fn facts(&self) -> Facts {
        Facts {
            user: Some(self.user.clone()),
            session: Some(self.session.clone()),
            ..Facts::default()
        }
    }
}

fn form(text: &str) -> Params {
    let sent = SentParams::parse(text.as_bytes()).unwrap();
    sent.single(&token::grant_type::REPEATABLE).unwrap()
}

fn profile(algorithm: Algorithm) -> IssuerProfile {
    IssuerProfile {
        issuer: "https://id.example.com".to_owned(),
        lifetimes: Lifetimes::default(),
        resources: vec![Resource {
            identifier: API.to_owned(),
            scopes: "accounts:read accounts:write".parse().unwrap(),
            signing: ResourceSigning::Asymmetric(algorithm),
            claims: airside_oauth::token::released_claim::ReleasedClaims::default(),
        }],
        scopes: IdentityScopes::default(),
    }
}

fn client(algorithm: Algorithm) -> Client {
    Client {
        client_id: "spa".parse().unwrap(),
        client_name: None,
        auth_method: AuthMethod::None,
        secrets: Vec::new(),
        jwks: None,
        jwks_uri: None,
        redirect_uris: vec!["https://app.example.com/callback".parse().unwrap()],
        post_logout_redirect_uris: Vec::new(),
        backchannel_logout_uri: None,
        grant_types: GrantType::ALL.to_vec(),
        scope: "openid accounts:read accounts:write".parse().unwrap(),
        id_token_signed_response_alg: algorithm,
        settings: ClientSettings::default(),
        epoch: 1,
        origin: ClientOrigin::Administration,
        disabled: false,
    }
}

fn user(draw: &Entropy) -> User {
    User {
        id: UserId::new(NOW, draw),
        username: Username::parse("alice").unwrap(),
        roles: vec!["customer".parse().unwrap()],
        administrator: false,
        claims: serde_json::Map::new(),
        epoch: 1,
        disabled: false,
        created_at: NOW,
        rights_reduced_at: None,
    }
}

fn session(user: &User, draw: &Entropy) -> Session {
    Session {
        id: SessionId::new(NOW, draw),
        cookie: Digest::of(b"cookie"),
        user: user.id,
        authentication: Authentication {
            at: NOW,
            amr: vec!["pwd".to_owned()],
        },
        last_seen: NOW,
        ended_at: None,
    }
}
