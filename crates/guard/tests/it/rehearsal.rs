//! `airside guard check` sets up what a start sets up, and says who does not answer.

use std::fs;

use airside_guard::{Configuration, reach, run};
use rcgen::{CertifiedKey, generate_simple_self_signed};

use crate::world::{OPERATIONS, World, environment};

const BROWSER: &str = "browser = { origin = \"https://app.example.com\", client_id = \"guard\", client_secret = { env = \"SECRET\" }, sessions_file = \"sessions.db\" }";

fn rehearse(world: &World, keys: &str) -> Result<(), String> {
    world.write(keys, OPERATIONS);
    let read = world.read();
    let guard = run::rehearse(read.map_err(|problems| problems.to_string())?);
    guard.map(drop).map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_a_start_cannot_use_are_found_by_a_check() {
    let world = World::new().await;
    let at = |name: &str| world.directory.path().join(name);
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["api.example.com".to_owned()]).unwrap();
    fs::write(at("cert.pem"), cert.pem()).unwrap();
    fs::write(at("key.pem"), signing_key.serialize_pem()).unwrap();
    fs::write(at("garbled.pem"), "-----BEGIN").unwrap();
    let tls = |certificate: &str, key: &str| {
        format!("tls = {{ certificate = \"{certificate}\", private_key = \"{key}\" }}")
    };
    let lost = BROWSER.replace("sessions.db", "nowhere/sessions.db");
    for (keys, said) in [
        (
            tls("nowhere.pem", "key.pem"),
            "`tls.certificate` cannot be read",
        ),
        (
            tls("garbled.pem", "key.pem"),
            "`tls.certificate` holds no certificate",
        ),
        (
            tls("cert.pem", "garbled.pem"),
            "`tls.private_key` holds no private key",
        ),
        (
            "upstream_ca = \"garbled.pem\"".to_owned(),
            "`upstream_ca` holds no certificate",
        ),
        (
            "issuer_ca = \"nowhere.pem\"".to_owned(),
            "`issuer_ca` cannot be read",
        ),
        (lost, "sessions"),
    ] {
        let why = rehearse(&world, &keys).expect_err(&keys);
        assert!(why.contains(said), "{keys}: {why}");
    }
    for keys in [
        "",
        &tls("cert.pem", "key.pem"),
        "upstream_ca = \"cert.pem\"",
        "issuer_ca = \"cert.pem\"",
        BROWSER,
    ] {
        assert_eq!(rehearse(&world, keys), Ok(()), "{keys}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_makes_no_file() {
    let world = World::new().await;
    let keys = format!("{BROWSER}\nkeys_file = \"keys.json\"");
    world.write(&keys, OPERATIONS);
    // the guard of the world keeps its keys in its own directory
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("guard.toml");
    fs::copy(world.configuration_path(), &path).unwrap();
    let read = Configuration::read(&path, &environment).unwrap();
    let guard = run::rehearse(read).unwrap();
    assert_eq!(reach::unreachable(&guard).await, Vec::<String>::new());
    let names = fs::read_dir(directory.path()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["guard.toml"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_said() {
    let world = World::new().await;
    let unreachable = async |upstream: &str, issuer: &str| {
        let health = "[[operation]]\nmatch = \"GET /health\"\npublic = \"probe\"\n";
        world.write_before(upstream, "", health);
        let text = fs::read_to_string(world.configuration_path()).unwrap();
        let text = text.replace(&world.issuer, issuer);
        fs::write(world.configuration_path(), text).unwrap();
        let read = world.read().unwrap();
        reach::unreachable(&run::rehearse(read).unwrap()).await
    };
    let nothing: Vec<String> = Vec::new();
    assert_eq!(unreachable(&world.upstream, &world.issuer).await, nothing);
    let both = format!("{}\", \"http://127.0.0.1:1", world.upstream);
    let said = unreachable(&both, "http://127.0.0.1:1").await;
    assert_eq!(said.len(), 2, "{said:?}");
    let begins = "the keys of the issuer `http://127.0.0.1:1` could not be fetched: ";
    assert!(said[0].starts_with(begins), "{said:?}");
    let begins = "the upstream `http://127.0.0.1:1/` does not answer now: ";
    assert!(said[1].starts_with(begins), "{said:?}");
    assert!(said[1].contains("refused"), "{said:?}");
}

/// A server that takes a connection and says nothing is waited for 3 seconds, which pass at once here.
#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_not_waited_for() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", silent.local_addr().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("guard.toml");
    let text = format!("upstream = \"{issuer}\"\nissuer = \"{issuer}\"\naudience = \"a\"\n");
    fs::write(&path, text).unwrap();
    let guard = run::rehearse(Configuration::read(&path, &environment).unwrap()).unwrap();
    let begun = tokio::time::Instant::now();
    let said = reach::unreachable(&guard).await;
    assert!(said[0].starts_with("the keys of the issuer"), "{said:?}");
    assert!(begun.elapsed().as_secs() <= 3);
}

#[test]
fn an_upstream_that_is_the_guard_itself_is_remarked_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("guard.toml");
    let remarks = |listen: &str, upstream: &str| {
        let text = format!(
            "listen = \"{listen}\"\nupstream = \"{upstream}\"\n\
             issuer = \"http://127.0.0.1:1\"\naudience = \"a\"\n"
        );
        fs::write(&path, text).unwrap();
        Configuration::read(&path, &environment).unwrap().remarks
    };
    for (listen, upstream) in ITSELF {
        let said = remarks(listen, upstream);
        assert!(said[0].ends_with("every request answers 508"), "{said:?}");
    }
    for (listen, upstream) in OTHERS {
        let said = remarks(listen, upstream);
        assert!(said.is_empty(), "{upstream}: {said:?}");
    }
}

/// Addresses of a guard, and upstreams that are it.
const ITSELF: [(&str, &str); 5] = [
    ("127.0.0.1:8090", "http://127.0.0.1:8090"),
    ("127.0.0.1:8090", "http://localhost:8090"),
    ("0.0.0.0:8090", "http://127.0.0.1:8090"),
    ("[::]:8090", "http://[::1]:8090"),
    ("10.0.0.1:80", "http://10.0.0.1"),
];

/// Addresses of a guard, and upstreams that are not it.
const OTHERS: [(&str, &str); 3] = [
    ("127.0.0.1:8090", "http://127.0.0.1:9000"),
    ("10.0.0.1:8090", "http://10.0.0.2:8090"),
    ("127.0.0.1:8090", "http://api:8090"),
];
