//! An attacker who has the files of the database has nothing usable.

use std::path::Path;

use airside_oauth::{
    client::{Client, ClientOrigin, client_metadata::ClientMetadata},
    id::{SessionId, UserId},
    identity_scope::IdentityScopes,
    key::{
        KeyEncryptionKey, Purpose, StoredKey,
        entropy::Entropy,
        secret::{Digest, Secret},
    },
    profile::{IssuerProfile, Lifetimes},
    state::{
        decide::{Among, Commit, Effect, Pivot},
        session::{Authentication, Session},
        user::{PasswordHash, User, Username},
    },
    time::Time,
};
use airside_store::{Directory, Store};
use airside_store_sql::sqlite::{Options, Sqlite};

const NOW: Time = Time::from_millis(1_767_225_600_000);
const KEK: [u8; 32] = *b"planted-key-encryption-key-00000";
const PURPOSE_KEY: &[u8; 32] = b"planted-purpose-key-000000000000";

const SECRETS: [&str; 3] = [
    "planted-client-secret",
    "planted-session-cookie",
    "planted-assertion-jti",
];

#[tokio::test]
async fn no_planted_secret_is_in_the_files() {
    // T47
    let directory = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&directory.path().join("airside.db"), Options::default()).unwrap();
    let secrets = SECRETS;
    for commit in commits(secrets.map(Secret::new)) {
        store.commit(commit).await.unwrap();
    }
    store
        .set_key_check(KeyEncryptionKey::new(KEK).check_value())
        .await
        .unwrap();

    let while_open = bytes(directory.path());
    drop(store);
    let after_close = bytes(directory.path());

    for dump in [while_open, after_close] {
        for secret in secrets
            .map(str::as_bytes)
            .into_iter()
            .chain([&KEK[..], PURPOSE_KEY])
        {
            assert!(
                !contains(&dump, secret),
                "{}",
                String::from_utf8_lossy(secret)
            );
            assert!(!contains(&dump, hex(secret).as_bytes()));
        }
        // the control: what is not a secret is found
        assert!(contains(&dump, b"planted-username") && contains(&dump, b"$argon2id$planted-hash"));
    }
}

/// Every way on which a secret could come in.
fn commits([client_secret, cookie, jti]: [Secret; 3]) -> Vec<Commit> {
    let draw = Entropy::from_seed([1; 32]);
    let user = User {
        id: UserId::new(NOW, &draw),
        username: Username::parse("planted-username").unwrap(),
        roles: Vec::new(),
        administrator: true,
        claims: serde_json::Map::new(),
        epoch: 0,
        disabled: false,
        created_at: NOW,
        rights_reduced_at: None,
    };
    let session = Session {
        id: SessionId::new(NOW, &draw),
        cookie: cookie.digest(),
        user: user.id,
        authentication: Authentication {
            at: NOW,
            amr: vec!["pwd".to_owned()],
        },
        last_seen: NOW,
        ended_at: None,
    };
    let id = user.id;
    let hash = PasswordHash::new("$argon2id$planted-hash");
    let user = Pivot::InsertUser {
        user: Box::new(user),
        password: None,
        among: Among::Nobody,
    };
    vec![
        Commit::new(user).and(Effect::SetPassword { user: id, hash }),
        Commit::new(Pivot::InsertSession {
            session: Box::new(session),
            user_epoch: 0,
        }),
        Commit::new(Pivot::InsertClient(Box::new(client(
            client_secret.digest(),
        )))),
        Commit::new(Pivot::UseOnce {
            digest: jti.digest(),
            until: NOW,
        }),
        Commit::new(Pivot::InsertKey(Box::new(key()))),
    ]
}

fn client(secret: Digest) -> Client {
    let profile = IssuerProfile {
        issuer: "https://id.example".to_owned(),
        lifetimes: Lifetimes::default(),
        resources: Vec::new(),
        scopes: IdentityScopes::default(),
    };
    let metadata = ClientMetadata {
        client_id: Some("billing".to_owned()),
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        scope: "openid".to_owned(),
        ..ClientMetadata::default()
    };
    metadata
        .validate(&profile, vec![secret], ClientOrigin::Administration, 0)
        .unwrap()
}

fn key() -> StoredKey {
    let (kid, purpose) = ("code-1".to_owned(), Purpose::Code);
    let wrapped = KeyEncryptionKey::new(KEK).wrap(purpose, &kid, [2; 16], PURPOSE_KEY);
    StoredKey {
        kid,
        purpose,
        version: 1,
        wrapped,
        public: String::new(),
        created_at: NOW,
        active_from: NOW,
        dropped_at: None,
        retired_at: None,
    }
}

fn bytes(directory: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(directory).unwrap();
    files
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

fn contains(dump: &[u8], needle: &[u8]) -> bool {
    dump.windows(needle.len()).any(|window| window == needle)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
