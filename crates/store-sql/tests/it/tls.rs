//! TLS to a real PostgreSQL, with every check that libpq's `sslmode` names.

use std::fs;

use airside_store_sql::postgres::{Options, Postgres};
use airside_testkit::postgres::Cluster;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};

/// The server's certificate is for `localhost`, and it lets in who shows one for `airside`.
#[tokio::test]
async fn each_mode_of_tls_checks_what_libpq_checks() {
    let directory = tempfile::tempdir().unwrap();
    let (ours, others) = (Authority::new(), Authority::new());
    let (certificate, key) = ours.issue("localhost");
    let cluster = Cluster::start();
    cluster.require_certificates(&certificate, &key, &ours.certificate);
    let place = |name: &str, content: &str| {
        let file = directory.path().join(name);
        fs::write(&file, content).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (ours_file, others_file) = (
        place("ours.pem", &ours.certificate),
        place("others.pem", &others.certificate),
    );
    let (certificate, key) = ours.issue("airside");
    let client = format!(
        "&sslcert={}&sslkey={}",
        place("client.pem", &certificate),
        place("client.key", &key)
    );
    let (certificate, key) = ours.issue("mallory");
    let stranger = format!(
        "&sslcert={}&sslkey={}",
        place("stranger.pem", &certificate),
        place("stranger.key", &key)
    );

    for (host, mode, root, client, accepted) in [
        (
            "localhost",
            "verify-full",
            &ours_file[..],
            &client[..],
            true,
        ),
        ("127.0.0.1", "verify-full", &ours_file, &client, false),
        ("localhost", "verify-full", &others_file, &client, false),
        ("127.0.0.1", "verify-ca", &ours_file, &client, true),
        ("127.0.0.1", "verify-ca", &others_file, &client, false),
        ("127.0.0.1", "require", &others_file, &client, false),
        ("127.0.0.1", "require", "", &client, true),
        ("127.0.0.1", "prefer", "", &client, true),
        ("127.0.0.1", "disable", "", &client, false),
        ("localhost", "verify-full", &ours_file, "", false),
        ("localhost", "verify-full", &ours_file, &stranger, false),
    ] {
        let root = match root {
            "" => String::new(),
            file => format!("&sslrootcert={file}"),
        };
        let url = format!(
            "postgres://airside@{host}:{}/postgres?sslmode={mode}{root}{client}",
            cluster.port()
        );
        let opened = Postgres::open(&url, &Options::default()).await;
        assert_eq!(opened.is_ok(), accepted, "{url}: {:?}", opened.err());
    }
}

/// The issuer of certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = name("authority");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(parameters, key),
            certificate,
        }
    }

    /// A certificate for a name, and its key.
    fn issue(&self, of: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new([of.to_owned()]).unwrap();
        parameters.distinguished_name = name(of);
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}
