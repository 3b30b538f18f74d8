use std::{fs, io::Write as _, net::SocketAddr, path::PathBuf};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConnection, pki_types::ServerName,
};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;
use crate::chain;

struct Fixture {
    directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        fixture.write("first.example");
        fixture
    }

    fn write(&self, name: &str) {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        fs::write(self.certificate(), made.cert.pem()).unwrap();
        fs::write(self.private_key(), made.signing_key.serialize_pem()).unwrap();
    }

    fn certificate(&self) -> PathBuf {
        self.directory.path().join("cert.pem")
    }

    fn private_key(&self) -> PathBuf {
        self.directory.path().join("key.pem")
    }

    fn load(&self) -> Result<Tls, TlsError> {
        Tls::load(&self.certificate(), &self.private_key())
    }
}

fn leaf(tls: &Tls) -> Vec<u8> {
    let certified = tls.current.certified.read();
    certified.end_entity_cert().unwrap().to_vec()
}

#[test]
fn a_changed_certificate_is_reloaded() {
    let fixture = Fixture::new();
    let tls = fixture.load().unwrap();
    let first = leaf(&tls);
    assert!(!tls.reload_if_changed().unwrap());
    fixture.write("another-name-of-another-length.example");
    assert!(tls.reload_if_changed().unwrap());
    assert_ne!(leaf(&tls), first);
    assert!(!tls.reload_if_changed().unwrap());
}

#[test]
fn another_pair_of_files_is_served_and_followed() {
    let (before, after) = (Fixture::new(), Fixture::new());
    let tls = before.load().unwrap();
    let first = leaf(&tls);
    let pair = CertificatePair::read(&after.certificate(), &after.private_key()).unwrap();
    tls.replace(pair);
    let second = leaf(&tls);
    assert_ne!(second, first);
    before.write("the-old-files-are-not-followed-any-more.example");
    assert!(!tls.reload_if_changed().unwrap());
    after.write("the-new-files-are-followed.example");
    assert!(tls.reload_if_changed().unwrap());
    assert_ne!(leaf(&tls), second);
    // what does not fit is not a pair
    assert!(CertificatePair::read(&before.certificate(), &after.private_key()).is_err());
}

#[test]
fn a_broken_certificate_keeps_the_old_one() {
    let fixture = Fixture::new();
    let tls = fixture.load().unwrap();
    let first = leaf(&tls);
    fs::write(fixture.certificate(), "nonsense").unwrap();
    assert!(matches!(
        tls.reload_if_changed(),
        Err(TlsError::Contents {
            why: PemError::NoCertificate,
            ..
        })
    ));
    assert!(
        tls.reload_if_changed().is_err(),
        "the next call tries again"
    );
    assert_eq!(leaf(&tls), first);
    fs::remove_file(fixture.certificate()).unwrap();
    assert!(matches!(
        tls.reload_if_changed(),
        Err(TlsError::Unreadable { .. })
    ));
    assert_eq!(leaf(&tls), first);
}

#[test]
fn a_key_of_another_certificate_is_refused_by_name() {
    let fixture = Fixture::new();
    let other = rcgen::generate_simple_self_signed(["b.example".to_owned()]).unwrap();
    fs::write(fixture.private_key(), other.signing_key.serialize_pem()).unwrap();
    let error = fixture.load().unwrap_err().to_string();
    assert!(
        error.contains("cert.pem") && error.contains("key.pem"),
        "{error}"
    );
}

#[test]
fn a_chain_that_begins_with_its_authority_is_refused_with_the_order_of_a_chain() {
    let fixture = Fixture::new();
    let server = fs::read_to_string(fixture.certificate()).unwrap();
    let authority = rcgen::generate_simple_self_signed(["authority".to_owned()]).unwrap();
    let reversed = format!("{}{server}", authority.cert.pem());
    fs::write(fixture.certificate(), reversed).unwrap();
    let told = chain(&fixture.load().unwrap_err());
    assert!(
        told.ends_with("and those of its authorities follow it"),
        "{told}"
    );
    assert!(!told.contains("connection"), "{told}");
    // the control
    fs::write(fixture.certificate(), server + &authority.cert.pem()).unwrap();
    fixture.load().unwrap();
}

#[test]
fn the_reason_why_a_file_cannot_be_read_is_told_once() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.private_key()).unwrap();
    let told = chain(&fixture.load().unwrap_err());
    assert_eq!(told.matches("No such file").count(), 1, "{told}");
}

#[test]
fn swapped_files_are_named() {
    let fixture = Fixture::new();
    let error = Tls::load(&fixture.private_key(), &fixture.certificate()).unwrap_err();
    assert!(
        error.to_string().contains("key.pem` holds no certificate"),
        "{error}"
    );
}

#[tokio::test]
async fn a_client_negotiates_http2() {
    let fixture = Fixture::new();
    let tls = fixture.load().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(tls.config());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = acceptor.accept(stream).await;
    });
    assert_eq!(
        protocol(address, leaf(&tls)).await.as_deref(),
        Some(&b"h2"[..])
    );
}

/// G20: early data can be replayed, so a client that sends it has to send it again.
#[test]
fn early_data_is_neither_offered_nor_taken() {
    let fixture = Fixture::new();
    let tls = fixture.load().unwrap();
    let server = tls.config();
    let client = client(leaf(&tls));
    assert_eq!(
        early_data(&client, &server),
        None,
        "there is no session yet"
    );
    assert_eq!(early_data(&client, &server), None, "the session offers it");

    // a server with the same sessions that offers it: the control, and a client that was told to send
    let mut eager = ServerConfig::clone(&server);
    eager.max_early_data_size = 1024;
    let eager = Arc::new(eager);
    let client = self::client(leaf(&tls));
    assert_eq!(early_data(&client, &eager), None, "there is no session yet");
    assert_eq!(early_data(&client, &eager), Some(true));
    assert_eq!(early_data(&client, &server), Some(false));
}

/// Shakes hands, with early data if the client's session offers it: whether the server took it.
fn early_data(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> Option<bool> {
    let name = ServerName::try_from("first.example").unwrap();
    let mut client = ClientConnection::new(Arc::clone(client), name).unwrap();
    let mut server = ServerConnection::new(Arc::clone(server)).unwrap();
    let early = client.early_data();
    let sent = early.is_some_and(|mut early| early.write_all(b"POST").is_ok());
    while client.is_handshaking() || server.is_handshaking() || server.wants_write() {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        let mut arriving = wire.as_slice();
        while server.read_tls(&mut arriving).unwrap() > 0 {
            server.process_new_packets().unwrap();
        }
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        let mut arriving = wire.as_slice();
        while client.read_tls(&mut arriving).unwrap() > 0 {
            client.process_new_packets().unwrap();
        }
    }
    assert_eq!(
        client.is_early_data_accepted(),
        server.early_data().is_some()
    );
    sent.then(|| client.is_early_data_accepted())
}

fn client(root: Vec<u8>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(root.into()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.enable_early_data = true;
    Arc::new(config)
}

async fn protocol(address: SocketAddr, root: Vec<u8>) -> Option<Vec<u8>> {
    let name = ServerName::try_from("first.example").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let stream = TlsConnector::from(client(root))
        .connect(name, stream)
        .await
        .unwrap();
    stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec)
}
