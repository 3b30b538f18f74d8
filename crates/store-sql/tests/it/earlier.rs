//! Rows as earlier releases wrote them: scopes and APIs side by side.

use airside_oauth::{
    id::{GrantId, UserId},
    key::secret::Digest,
    request::access::Access,
    state::{
        consent::{Consent, ConsentKey},
        decide::{Commit, ConsentLookup, Effect, Facts, Keys, Pivot},
    },
    time::Time,
};
use airside_store::Store;
use airside_store_sql::{postgres, postgres::Postgres, sqlite, sqlite::Sqlite};
use airside_testkit::postgres::schema;

const USER: [u8; 16] = [1; 16];
const GRANT: [u8; 16] = [2; 16];

/// The hosts of a consent to one API, to several and to none.
const HOSTS: [&str; 3] = ["one.example", "several.example", "none.example"];

#[tokio::test]
async fn sqlite_reads_rows_of_earlier_releases() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("airside.db");
    let store = Sqlite::open(&path, sqlite::Options::default()).unwrap();
    let beside = rusqlite::Connection::open(&path).unwrap();
    beside
        .execute_batch(&rows(|hex| format!("x'{hex}'")))
        .unwrap();
    assert_read(&store).await;
}

#[tokio::test]
async fn postgresql_reads_rows_of_earlier_releases() {
    let url = schema();
    let store = Postgres::open(&url, &postgres::Options::default())
        .await
        .unwrap();
    let beside = super::postgres::connect(&url).await;
    let rows = rows(|hex| format!("'\\x{hex}'"));
    beside.batch_execute(&rows).await.unwrap();
    assert_read(&store).await;
}

/// One grant and three consents, with their user and client, as SQL that writes bytes by `bytes`.
fn rows(bytes: fn(&str) -> String) -> String {
    let (user, grant) = (bytes(&"01".repeat(16)), bytes(&"02".repeat(16)));
    let allowed = [
        r#"["https://a.example"]"#,
        r#"["https://a.example","https://b.example"]"#,
        "[]",
    ];
    let consents = HOSTS.iter().zip(allowed).map(|(host, resources)| {
        let scope = if resources == "[]" {
            "openid"
        } else {
            "openid read"
        };
        format!(
            "INSERT INTO consent (user_id, client_id, redirect_host, allowed, granted_at, epoch) \
             VALUES ({user}, 'spa', '{host}', '{{\"scope\":\"{scope}\",\"resources\":{resources}}}', 1, 4);"
        )
    });
    let terms = r#"{"s":"openid read write","r":["https://a.example","https://b.example"],"a":{"t":1,"m":["pwd"]}}"#;
    let grant = format!(
        "INSERT INTO \"grant\" (id, client_id, user_id, session_id, offline, terms, created_at, \
         attempt, anchor, current, rotated_at, reissues, retried, retry_run) VALUES \
         ({grant}, 'spa', {user}, {user}, 0, '{terms}', 1, {user}, NULL, 0, 1, 0, 0, 0);"
    );
    consents
        .chain([grant, person_and_client(&user, &bytes(""))])
        .collect()
}

fn person_and_client(user: &str, no_secrets: &str) -> String {
    format!(
        "INSERT INTO \"user\" (id, username, roles, administrator, claims, epoch, disabled, created_at) \
         VALUES ({user}, 'alice', '[]', 0, '{{}}', 5, 0, 1); \
         INSERT INTO client (client_id, epoch, origin, secrets, metadata) \
         VALUES ('spa', 3, 'administration', {no_secrets}, '{{}}');"
    )
}

async fn assert_read(store: &impl Store) {
    let read = access("openid", &[("https://a.example", "read")]);
    let nothing = Access::default();
    let openid = access("openid", &[]);
    for (host, allowed) in HOSTS.into_iter().zip([&read, &nothing, &openid]) {
        let consent = look(store, host).await.consent.unwrap();
        assert_eq!((&consent.allowed, consent.epoch), (allowed, 4), "{host}");
    }
    let grant = look(store, HOSTS[0]).await.grant.unwrap();
    let both = ["https://a.example", "https://b.example"].map(|api| (api, "read write"));
    assert_eq!(grant.terms.access, access("openid", &both));

    // new consent joins the old one, and earlier codes stay valid
    let more = access("", &[("https://b.example", "write")]);
    for (seed, (host, before)) in (1_u8..).zip(HOSTS.into_iter().zip([read, nothing, openid])) {
        store.commit(allow(seed, host, &more)).await.unwrap();
        let consent = look(store, host).await.consent.unwrap();
        assert_eq!(consent.allowed, before.union(&more), "{host}");
        assert_eq!(consent.epoch, 4);
    }
}

async fn look(store: &impl Store, host: &str) -> Facts {
    let keys = Keys {
        grant: Some(GrantId::from_bytes(GRANT)),
        consent: Some(ConsentLookup {
            user: Some(UserId::from_bytes(USER)),
            client: "spa".parse().unwrap(),
            redirect_host: host.to_owned(),
        }),
        ..Keys::default()
    };
    store.look(&keys).await.unwrap()
}

fn allow(seed: u8, host: &str, allowed: &Access) -> Commit {
    let consent = Consent {
        key: ConsentKey {
            user: UserId::from_bytes(USER),
            client: "spa".parse().unwrap(),
            redirect_host: host.to_owned(),
        },
        allowed: allowed.clone(),
        granted_at: Time::from_millis(2),
        epoch: 0,
    };
    let pivot = Pivot::UseOnce {
        digest: Digest::of(&[seed]),
        until: Time::from_millis(3),
    };
    Commit::new(pivot).and(Effect::RememberConsent {
        consent,
        client_epoch: 3,
    })
}

fn access(openid: &str, apis: &[(&str, &str)]) -> Access {
    let api = |(api, scope): &(&str, &str)| ((*api).to_owned(), scope.parse().unwrap());
    Access {
        openid: openid.parse().unwrap(),
        apis: apis.iter().map(api).collect(),
        ..Access::default()
    }
}
