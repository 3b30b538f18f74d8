use std::net::SocketAddr;

use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;

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
    let certified = tls.current.certified.read().unwrap();
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
fn a_broken_certificate_keeps_the_old_one() {
    let fixture = Fixture::new();
    let tls = fixture.load().unwrap();
    let first = leaf(&tls);
    fs::write(fixture.certificate(), "nonsense").unwrap();
    assert!(matches!(
        tls.reload_if_changed(),
        Err(TlsError::NoCertificate(_))
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
fn swapped_files_are_named() {
    let fixture = Fixture::new();
    let error = Tls::load(&fixture.private_key(), &fixture.certificate()).unwrap_err();
    assert!(
        error.to_string().contains("key.pem` holds no certificate"),
        "{error}"
    );
}

#[tokio::test]
async fn a_client_negotiates_http2_without_early_data() {
    let fixture = Fixture::new();
    let tls = fixture.load().unwrap();
    assert_eq!(tls.config().max_early_data_size, 0);
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

async fn protocol(address: SocketAddr, root: Vec<u8>) -> Option<Vec<u8>> {
    let mut roots = RootCertStore::empty();
    roots.add(root.into()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from("first.example").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec)
}
