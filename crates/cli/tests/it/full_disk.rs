//! A disk that is full: refused, told, and nothing that was acknowledged is lost.

use std::process::Command;

use airside_testkit::Browser;

use crate::server::{AIRSIDE, Place, Server};

#[tokio::test]
async fn a_full_disk_refuses_changes_keeps_answering_and_loses_nothing() {
    let place = Place::new("");
    assert_eq!(place.serve().terminate(), 0);
    // files may not grow beyond 256 KiB: the same as a disk that has no more room
    let script = r#"trap "" XFSZ; ulimit -f 256; exec "$0" serve --listen 127.0.0.1:0"#;
    let mut limited = Command::new("bash");
    limited
        .env_remove("AIRSIDE_KILLS")
        .env_remove("AIRSIDE_TEST_SCALE")
        .current_dir(place.directory.path())
        .args(["-c", script, AIRSIDE]);
    let server = Server::start(&mut limited);

    let uri = format!("https://app.example/{}", "x".repeat(480));
    let mut made = Vec::new();
    let refused = loop {
        let name = format!("client{}", made.len());
        let ended = place.run(&[
            "client",
            "create",
            &name,
            "--public",
            "--redirect-uri",
            &uri,
        ]);
        match ended.code {
            0 => made.push(name),
            _ => break ended,
        }
        assert!(made.len() < 2_000, "the disk never got full");
    };
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(refused.err.contains("unavailable"), "{}", refused.err);
    for path in ["/jwks", "/.well-known/openid-configuration", "/health/live"] {
        assert_eq!(
            Browser::new().get(&server.at(path)).await.status,
            200,
            "{path}"
        );
    }

    drop(server);
    let server = place.serve();
    let kept = place.run(&["-o", "json", "client", "list"]).json();
    let kept: Vec<_> = kept
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["client_id"].clone())
        .collect();
    for name in &made {
        assert!(
            kept.contains(&name.as_str().into()),
            "{name} was acknowledged and lost"
        );
    }
    let again = [
        "client",
        "create",
        "after",
        "--public",
        "--redirect-uri",
        &uri,
    ];
    assert_eq!(place.run(&again).code, 0);
    assert_eq!(server.terminate(), 0);
}
