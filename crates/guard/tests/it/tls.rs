//! TLS to the API, with a certificate authority of one's own.

use std::{fs, path::Path};

use airside_net::{Drain, Listener, RequestBody, Server, Tls};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::TcpListener;
use tower::service_fn;

use crate::world::{OPERATIONS, World};

/// Serves https as `name` with a certificate of an authority whose own is written to `ca.pem`; says
/// in each answer which version of HTTP was spoken.
async fn https(directory: &Path, name: &str, drain: &Drain) -> String {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new([name.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    fs::write(directory.join("ca.pem"), authority.pem()).unwrap();
    let (certificate, private_key) = (directory.join("leaf.pem"), directory.join("leaf.key"));
    fs::write(&certificate, leaf.pem()).unwrap();
    fs::write(&private_key, key.serialize_pem()).unwrap();
    let tls = Tls::load(&certificate, &private_key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let service = service_fn(async |request: Request<RequestBody>| {
        let body: Full<Bytes> = Full::from(format!("{:?}", request.version()));
        Ok::<_, std::convert::Infallible>(Response::new(body))
    });
    let server = Server::new().listen(Listener::tls(listener, tls));
    tokio::spawn(server.serve(service, drain.clone()));
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_is_reached_over_tls_if_it_is_the_one_that_is_meant() {
    let world = World::new().await;
    let drain = Drain::new();
    let directory = world.directory.path();
    let asked = async |keys: &str, url: &str| {
        world.write_before(url, keys, OPERATIONS);
        let read = world.read().unwrap();
        world.running.replace(read).unwrap();
        world.get("", "/health").await
    };
    let url = https(directory, "127.0.0.1", &drain).await;
    let trusted = asked("upstream_ca = \"ca.pem\"", &url).await;
    assert_eq!((trusted.status, trusted.body.as_str()), (200, "HTTP/2.0"));
    // the web's authorities do not know it
    assert_eq!(asked("", &url).await.status, 503);
    let other = https(directory, "other.example", &drain).await;
    assert_eq!(asked("upstream_ca = \"ca.pem\"", &other).await.status, 503);
    // nor does another authority
    assert_eq!(asked("upstream_ca = \"ca.pem\"", &url).await.status, 503);
    drain.start();
}

#[tokio::test(flavor = "multi_thread")]
async fn authorities_that_are_none_change_nothing() {
    let world = World::new().await;
    fs::write(world.directory.path().join("ca.pem"), "nothing").unwrap();
    for key in ["upstream_ca = \"ca.pem\"", "issuer_ca = \"nowhere.pem\""] {
        world.write(key, OPERATIONS);
        let Err(problems) = world.read() else {
            panic!("{key} is read");
        };
        assert!(problems.to_string().contains(".pem"), "{problems}");
    }
    assert_eq!(world.get("", "/health").await.status, 200);
}
