//! Files and sockets that other accounts of the machine must not have rights on.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use airside_guard::run::Listeners;
use rcgen::{CertifiedKey, generate_simple_self_signed};

use crate::world::{OPERATIONS, World};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn problems(world: &World, keys: &str) -> String {
    world.write(keys, OPERATIONS);
    let text = fs::read_to_string(world.configuration_path()).unwrap();
    let text = text.replace(&world.issuer, "https://id.example");
    fs::write(world.configuration_path(), text).unwrap();
    let read = world.read();
    read.err()
        .map(|problems| problems.to_string())
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_and_keys_that_others_write_stop_the_start() {
    let world = World::new().await;
    set_mode(world.directory.path(), 0o755);
    let path = world.directory.path().join("it");
    // a long text for a secret, and what `[tls]` needs
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([]).unwrap();
    fs::write(&path, cert.pem() + &signing_key.serialize_pem()).unwrap();
    let secret = "forward_auth = { listen = \"127.0.0.1:0\", proxy = \"nginx\", secret = { file = \"it\" } }";
    let tls = "tls = { certificate = \"it\", private_key = \"it\" }";
    for (keys, key, open, private, change) in [
        (secret, "forward_auth.secret", 0o646, 0o644, "o-w"),
        (tls, "tls.private_key", 0o644, 0o640, "o-rwx"),
        ("keys_file = \"it\"", "keys_file", 0o646, 0o644, "o-w"),
    ] {
        set_mode(&path, open);
        let said = problems(&world, keys);
        let command = format!("chmod {change} {}", path.display());
        assert!(said.contains(key) && said.contains(&command), "{said}");
        set_mode(&path, private);
        assert_eq!(problems(&world, keys), "", "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_at_the_sockets_path_and_no_socket_is_never_removed() {
    let world = World::new().await;
    let keys = "forward_auth = { listen = \"unix:guard.sock\", proxy = \"nginx\" }";
    assert_eq!(problems(&world, keys), "");
    let bind = async || {
        let configuration = world.read();
        Listeners::bind(&configuration.unwrap()).await
    };
    let path = world.directory.path().join("guard.sock");
    fs::write(&path, "precious").unwrap();
    let refused = bind().await.unwrap_err().to_string();
    assert!(refused.contains("no socket"), "{refused}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    fs::remove_file(&path).unwrap();
    // the control: a new one, and one that was left behind
    for _ in 0..2 {
        drop(bind().await.unwrap());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
    }
}
