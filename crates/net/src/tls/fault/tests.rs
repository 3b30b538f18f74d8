use std::{fs, path::PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::*;
use crate::{FetchError, FetchPolicy, Fetcher, Tls, chain, chain_naming, tls::trusting};

/// A server with a certificate, and the file that its callers trust.
struct Fixture {
    directory: TempDir,
    trusted: PathBuf,
}

impl Fixture {
    /// A certificate that an authority has signed.
    fn signed(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority
            .distinguished_name
            .push(DnType::CommonName, "authority");
        let key = KeyPair::generate().unwrap();
        let authority = CertifiedIssuer::self_signed(authority, key).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        change(&mut leaf);
        let leaf = leaf.signed_by(&key, &authority).unwrap();
        Self::of(&leaf.pem(), &key, &authority.pem())
    }

    /// A certificate that signs itself and is trusted by name.
    fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        change(&mut leaf);
        let leaf = leaf.self_signed(&key).unwrap();
        Self::of(&leaf.pem(), &key, &leaf.pem())
    }

    fn of(certificate: &str, key: &KeyPair, trusted: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("leaf.pem"), certificate).unwrap();
        fs::write(directory.path().join("leaf.key"), key.serialize_pem()).unwrap();
        let path = directory.path().join("trusted.pem");
        fs::write(&path, trusted).unwrap();
        Self {
            trusted: path,
            directory,
        }
    }

    /// The outcome of a connection to the server; empty if it succeeds.
    async fn told(&self) -> Option<String> {
        let file = |name: &str| self.directory.path().join(name);
        let tls = Tls::load(&file("leaf.pem"), &file("leaf.key")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = async move {
            let (stream, _) = listener.accept().await.unwrap();
            drop(TlsAcceptor::from(tls.config()).accept(stream).await);
        };
        let url = format!("https://127.0.0.1:{port}/jwks");
        let (error, ()) = tokio::join!(self.fetch(&url), served);
        matches!(error, FetchError::Tls { .. }).then(|| chain(&error))
    }

    /// The error, which there is in any case: no server answers.
    async fn fetch(&self, url: &str) -> FetchError {
        let policy = FetchPolicy {
            allow_loopback_http: true,
            ..FetchPolicy::default()
        };
        let fetcher = Fetcher::with_tls(policy, trusting(Some(&self.trusted)).unwrap());
        fetcher.get(&Url::parse(url).unwrap()).await.unwrap_err()
    }
}

#[tokio::test]
async fn each_refused_certificate_is_told_in_words_with_what_to_do() {
    let authority = |leaf: &mut CertificateParams| {
        leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    };
    let expired = |leaf: &mut CertificateParams| {
        leaf.not_before = date_time_ymd(2001, 1, 1);
        leaf.not_after = date_time_ymd(2002, 1, 1);
    };
    let future = |leaf: &mut CertificateParams| leaf.not_before = date_time_ymd(4001, 1, 1);
    let other_name = |leaf: &mut CertificateParams| {
        *leaf = CertificateParams::new(["other.example".to_owned()]).unwrap();
    };
    let no_name = |leaf: &mut CertificateParams| leaf.subject_alt_names.clear();
    let for_clients = |leaf: &mut CertificateParams| {
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    };
    let (mut unknown, mut renewed) = (Fixture::signed(|_| {}), Fixture::signed(|_| {}));
    let other = Fixture::self_signed(|_| {});
    unknown.trusted.clone_from(&other.trusted);
    let namesake = Fixture::signed(|_| {});
    renewed.trusted.clone_from(&namesake.trusted);
    for (fixture, wrong, remedy) in [
        (
            Fixture::self_signed(authority),
            "an authority's (`CA:TRUE`, as `openssl req -x509` makes it)",
            "-addext basicConstraints=critical,CA:FALSE",
        ),
        (Fixture::signed(authority), "`CA:TRUE`", "CA:FALSE"),
        (Fixture::signed(expired), "expired", "renew it"),
        (Fixture::signed(future), "becomes valid in", "the clocks"),
        (
            Fixture::signed(other_name),
            "is for `other.example` and not for `127.0.0.1`",
            "a name of the certificate",
        ),
        (Fixture::signed(no_name), "names no host", "for this name"),
        (Fixture::signed(for_clients), "not for servers", "issue one"),
        (unknown, "an authority that is not trusted", "`issuer_ca`"),
        (
            renewed,
            "not signed by the authority",
            "current certificate",
        ),
    ] {
        let told = fixture.told().await.unwrap();
        let begins = "there is no TLS connection to `127.0.0.1`: the server's certificate ";
        assert!(told.starts_with(begins), "{told}");
        assert!(told.contains(wrong) && told.contains(remedy), "{told}");
        assert!(!told.contains("be reached"), "{told}");
    }
}

/// The control.
#[tokio::test]
async fn a_good_certificate_has_no_fault() {
    assert_eq!(Fixture::signed(|_| {}).told().await, None);
    let pinned = Fixture::self_signed(|leaf| leaf.is_ca = IsCa::ExplicitNoCa);
    assert_eq!(pinned.told().await, None);
}

#[tokio::test]
async fn what_speaks_no_tls_or_does_not_listen_is_told_as_that() {
    let fixture = Fixture::signed(|_| {});
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let served = async {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut stream, _) = listener.accept().await.unwrap();
        let refused = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        stream.write_all(refused).await.unwrap();
        // what is closed with octets unread is reset, and its answer may be lost
        drop(stream.read_to_end(&mut Vec::new()).await);
    };
    let (error, ()) = tokio::join!(fixture.fetch(&url), served);
    let told = chain(&error);
    let expected = "does not speak TLS: check the port";
    assert!(told.contains(expected), "{told}");
    // a port that is taken, and at which nobody listens
    let silent = TcpSocket::new_v4().unwrap();
    silent.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    let told = chain(&fixture.fetch(&url).await);
    assert!(told.contains("could not be reached: "), "{told}");
    assert!(told.contains("refused"), "{told}");
}

/// Wrapped as clients wrap it: in errors of the system, twice.
#[test]
fn a_fault_is_found_however_deep_it_is_wrapped() {
    #[derive(Debug, thiserror::Error)]
    #[error("client error (Connect)")]
    struct Client(#[source] io::Error);
    let fault = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
    let error = Client(io::Error::other(io::Error::other(fault)));
    let fault = unknown_issuer(GUARD_SETTINGS);
    assert_eq!(chain(&error), format!("client error (Connect): {fault}"));
    assert_eq!(TlsFault::of(&error).unwrap().to_string(), fault);
    assert_eq!(TlsFault::of(&Client(io::Error::other("reset"))), None);
}

#[test]
fn a_command_names_its_own_flag_for_an_authority() {
    let fault = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
    let told = chain_naming(&io::Error::other(fault), "`--ca FILE`");
    assert!(told.contains("authority (`--ca FILE`), and"), "{told}");
    assert!(!told.contains("guard.toml"), "{told}");
    // a fault that no setting mends stays as it is
    let fault = io::Error::other(rustls::Error::InvalidCertificate(CertificateError::Revoked));
    assert_eq!(chain_naming(&fault, "`--ca FILE`"), chain(&fault));
}

/// A32: a server chooses the names of its certificate.
#[test]
fn names_of_a_certificate_are_shown_short_and_without_control_characters() {
    let names = |all: &[&str]| names(&all.iter().map(|&one| one.to_owned()).collect::<Vec<_>>());
    let long = format!("DnsName(\"{}\")", "a".repeat(500));
    assert!(names(&[&long]).unwrap().len() < 110);
    assert_eq!(names(&["x\n\u{1b}[2Jy"]).as_deref(), Some("`x[2Jy`"));
    let many = names(&["DnsName(\"a\")", "IpAddress(::1)", "c", "d"]);
    assert_eq!(many.as_deref(), Some("`a`, `::1`, `c` and others"));
    assert_eq!(names(&[]), None);
}
