//! `client_ca`: a client's address whose certificate is of an authority of the operator's own.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::{
    app::{App, CONFIGURATION, redeem},
    server::Place,
};

/// A client's server that takes logout tokens over https: its address, the authority, and what it hears.
async fn receiver() -> (String, String, mpsc::UnboundedReceiver<String>) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth();
    let config = config
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/logout", listener.local_addr().unwrap());
    let (sender, heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                let _ = sender.send("refused".to_owned());
                continue;
            };
            let mut request = String::new();
            while !request.contains("logout_token=") {
                let mut piece = [0; 4096];
                let length = stream.read(&mut piece).await.unwrap();
                assert!(length > 0, "{request}");
                request.push_str(&String::from_utf8_lossy(&piece[..length]));
            }
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                .await;
            let _ = sender.send("told".to_owned());
        }
    });
    (address, authority.pem(), heard)
}

/// The configuration of a client that is told at `address`.
fn configuration(top: &str, address: &str) -> String {
    let client = "client_id = \"web\"";
    let told = format!("{client}\nbackchannel_logout_uri = \"{address}\"");
    format!("{top}\n{}", CONFIGURATION.replacen(client, &told, 1))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logout_token_reaches_a_client_of_a_private_authority() {
    // OIDC-BackChannel-2.5
    let (address, authority, mut heard) = receiver().await;
    for (top, expected) in [("client_ca = \"ca.pem\"", "told"), ("", "refused")] {
        let place = Place::new(&configuration(top, &address));
        place.write("ca.pem", &authority);
        let server = place.serve();
        let app = App::sign_in(&server.url).await;
        redeem(&server.url, &app.code().await).await.unwrap();
        let sessions = place.json("session list alice");
        let session = sessions[0]["id"].as_str().unwrap();
        place.run(&["session", "end", session]).assert_code(0);
        assert_eq!(heard.recv().await.unwrap(), expected, "{top}");
    }
}

#[test]
fn a_pem_file_that_cannot_be_used_is_found_by_a_check_with_its_line() {
    let issuer = "issuer = \"https://127.0.0.1:8080\"\n";
    let tls = format!("{issuer}[tls]\ncertificate = \"c.pem\"\nprivate_key = \"k.pem\"\n");
    let authority = format!("{issuer}client_ca = \"c.pem\"\n");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (text, contents, line, why) in [
        (&authority, None, 2, "`client_ca` cannot be read"),
        (&authority, Some(""), 2, "`client_ca` holds no certificate"),
        (
            &authority,
            Some("-----BEGIN"),
            2,
            "`client_ca` holds no certificate",
        ),
        (
            &authority,
            Some(broken),
            2,
            "`client_ca` holds a certificate that cannot be read",
        ),
        (&tls, None, 3, "`tls.certificate` cannot be read"),
        (&tls, Some("k"), 3, "`tls.certificate` holds no certificate"),
        (
            &tls,
            Some(broken),
            4,
            "`tls.private_key` holds no private key",
        ),
    ] {
        let place = Place::new(text);
        if let Some(contents) = contents {
            place.write("c.pem", contents);
            place.write("k.pem", contents);
        }
        for command in [
            &["config", "check"][..],
            &["serve", "--listen", "127.0.0.1:0"],
        ] {
            let refused = place.run(command);
            assert_ne!(refused.code, 0, "{text} {contents:?}");
            assert!(refused.err.contains(why), "{}", refused.err);
            let at = format!("airside.toml:{line}:");
            assert!(refused.err.contains(&at), "{}", refused.err);
        }
    }
}
