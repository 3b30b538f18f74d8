//! The readiness of a guard.

use std::{fs, path::Path};

use airside_guard::{reach, run};
use airside_net::{Drain, Listener, Server, Tls};
use axum::Router;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{OPERATIONS_LISTEN, Started, ask_operations, metric::require_defined};
use crate::world::{OPERATIONS, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_upstream_is_unknown_unless_its_health_is_asked_for() {
    let world = World::with(OPERATIONS_LISTEN, OPERATIONS).await;
    let gone = "http://127.0.0.1:1";
    world.write_before(gone, OPERATIONS_LISTEN, OPERATIONS);
    let guard = Started::new(&world).await;
    let ready = guard.becomes("issuer", json!(true)).await;
    assert_eq!(ready.status, 200, "{}", ready.body);
    assert_eq!(ready.json()["upstream"], "unknown");
    assert_eq!(ready.json()["upstream_problem"], Value::Null);
    let keys = format!("{OPERATIONS_LISTEN}\nupstream_health = \"/health\"");
    world.write_before(gone, &keys, OPERATIONS);
    let guard = Started::new(&world).await;
    let ready = guard.becomes("upstream", json!(false)).await;
    assert_eq!(ready.status, 503);
    let problem = ready.json()["upstream_problem"].to_string();
    assert!(
        problem.contains(gone) && problem.contains("refused"),
        "{problem}"
    );
    // the control
    world.write(&keys, OPERATIONS);
    let guard = Started::new(&world).await;
    let ready = guard.becomes("upstream", json!(true)).await;
    assert_eq!(ready.status, 200);
    let metrics = ask_operations(guard.listeners[1].unwrap(), "/metrics")
        .await
        .body;
    require_defined(&metrics);
    let healthy = format!(
        "airside_guard_upstream_healthy{{upstream=\"{}/\"}} 1\n",
        world.upstream
    );
    assert!(metrics.contains(&healthy), "{metrics}");
}

/// Serves https with a certificate that signs itself, which it writes to `issuer.pem`.
async fn serve_self_signed(directory: &Path, is_ca: IsCa, drain: &Drain) -> String {
    let key = KeyPair::generate().unwrap();
    let mut certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    certificate.is_ca = is_ca;
    let certificate = certificate.self_signed(&key).unwrap();
    let (pem, private_key) = (directory.join("issuer.pem"), directory.join("issuer.key"));
    fs::write(&pem, certificate.pem()).unwrap();
    fs::write(&private_key, key.serialize_pem()).unwrap();
    let tls = Tls::load(&pem, &private_key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = Server::new().listen(Listener::tls(listener, tls));
    tokio::spawn(server.serve(Router::new(), drain.clone()));
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn why_the_issuer_gives_no_keys_is_known_before_the_first_token() {
    let world = World::new().await;
    let directory = world.directory.path();
    let drain = Drain::new();
    let authority = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = serve_self_signed(directory, authority, &drain).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    for (issuer, is_ca, wrong, remedy) in [
        (Some(authority), true, "`CA:TRUE`", "CA:FALSE"),
        (None, false, "metadata of the issuer was not found", "404"),
        (Some(gone.clone()), true, "could not be reached", "refused"),
    ] {
        let issuer = match (issuer, is_ca) {
            (Some(issuer), _) => issuer,
            // the control: of a certificate that can be used nothing is said
            (None, _) => serve_self_signed(directory, IsCa::ExplicitNoCa, &drain).await,
        };
        let keys = format!("{OPERATIONS_LISTEN}\nissuer_ca = \"issuer.pem\"");
        world.write(&keys, OPERATIONS);
        let text = fs::read_to_string(world.configuration_path()).unwrap();
        let text = text.replace(&world.issuer, &issuer);
        fs::write(world.configuration_path(), text).unwrap();
        let guard = Started::new(&world).await;
        let ready = guard.becomes("issuer", json!(false)).await;
        assert_eq!(ready.status, 200, "what needs no token is served");
        let problem = ready.json()["issuer_problem"].to_string();
        assert!(
            problem.contains(wrong) && problem.contains(remedy),
            "{problem}"
        );
    }
    drain.start();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_upstreams_certificate_is_said_by_a_check() {
    let world = World::new().await;
    let directory = world.directory.path();
    let drain = Drain::new();
    for (is_ca, problem) in [
        (IsCa::Ca(BasicConstraints::Unconstrained), Some("`CA:TRUE`")),
        (IsCa::ExplicitNoCa, None),
    ] {
        let upstream = serve_self_signed(directory, is_ca, &drain).await;
        world.write_before(&upstream, "upstream_ca = \"issuer.pem\"", OPERATIONS);
        let read = world.read().unwrap();
        let said = reach::unreachable(&run::rehearse(read).unwrap()).await;
        let begins = format!("the upstream `{upstream}/` does not answer now: ");
        let told = |said: &String| {
            said.starts_with(&begins) && problem.is_some_and(|one| said.contains(one))
        };
        assert_eq!(said.len(), usize::from(problem.is_some()), "{said:?}");
        assert!(said.iter().all(told), "{said:?}");
    }
    drain.start();
}
