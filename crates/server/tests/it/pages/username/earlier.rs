//! Accounts of an earlier version.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::json;

use super::{COMPOSED, DECOMPOSED, create, status};
use crate::world::{PASSWORD, Setting, World};

/// An account as an earlier version made it, with the hash of the bytes that were typed.
pub(super) fn add_earlier(world: &World, name: &str, password: &str) {
    let (mut hash, salt) = ([0; 32], [7; 16]);
    let params = Params::new(19_456, 2, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2
        .hash_password_into(password.as_bytes(), &salt, &mut hash)
        .unwrap();
    let [salt, hash] = [&salt[..], &hash[..]].map(|bytes| STANDARD_NO_PAD.encode(bytes));
    let phc = format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${hash}");
    let database = world.database();
    let user = "INSERT INTO user (id, username, roles, administrator, claims, epoch, disabled, \
                created_at) VALUES (randomblob(16), ?1, '[]', 0, '{}', 0, 0, 7)";
    database.execute(user, [name]).unwrap();
    let credential = "INSERT INTO credential (user_id, kind, value) \
                      SELECT id, 'password', ?2 FROM user WHERE username = ?1";
    database.execute(credential, [name, &phc]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_an_earlier_version_sign_in_as_before() {
    let mut world = World::new().await;
    for (name, password) in [
        ("mary smith", DECOMPOSED),
        ("ｂoris", DECOMPOSED),
        ("ａlice", DECOMPOSED),
        ("οδος", "with a\ttab"),
    ] {
        add_earlier(&world, name, password);
    }
    world.restart(Setting::default()).await;
    for (name, password, expected) in [
        ("Mary Smith", DECOMPOSED, 303),
        ("Mary Smith", COMPOSED, 401),
        ("boris", DECOMPOSED, 303),
        ("Ｂoris", DECOMPOSED, 303),
        ("ΟΔΟΣ", "with a\ttab", 303),
        // two accounts, each by its exact name
        ("alice", PASSWORD, 303),
        ("alice", DECOMPOSED, 401),
        ("ａlice", DECOMPOSED, 303),
        ("ａlice", PASSWORD, 401),
    ] {
        assert_eq!(status(&world, name, password).await, expected, "{name}");
    }
    let collisions = world
        .admin("GET", "/username-collisions", json!(null))
        .await;
    let expected = json!([
        { "name": "alice", "username": "alice" },
        { "name": "alice", "username": "ａlice" },
    ]);
    assert_eq!(collisions.json(), expected);
    // nobody takes their names, and a new password has one form
    for taken in ["boris", "ΟΔΟΣ"] {
        assert_eq!(create(&world, taken, json!({})).await.0, 409, "{taken}");
    }
    let new = json!({ "password": DECOMPOSED });
    world.administer("POST", "/users/boris/password", new).await;
    for password in [COMPOSED, DECOMPOSED] {
        assert_eq!(status(&world, "boris", password).await, 303);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_many_hashes_a_sign_in_costs_depends_on_the_typed_text_alone() {
    // ASVS-6.3.8, T31
    let world = World::new().await;
    add_earlier(&world, "boris", DECOMPOSED);
    let new = json!({ "password": DECOMPOSED });
    world.admin("POST", "/users/bob/password", new).await;
    for (password, hashes) in [(DECOMPOSED, 2), (COMPOSED, 1), (PASSWORD, 1), ("tab\t", 1)] {
        for name in ["alice", "bob", "boris", "nobody", "∞", ""] {
            let before = world.issuer.hasher.calls();
            status(&world, name, password).await;
            let calls = world.issuer.hasher.calls() - before;
            assert_eq!(calls, hashes, "{name} {password:?}");
        }
    }
}
