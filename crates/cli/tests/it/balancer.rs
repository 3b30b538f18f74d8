//! Two nodes behind nginx and behind HAProxy, with the configurations that are handed out.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use airside_testkit::postgres;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::CertificateDer},
};

use crate::{node::KEY, server::Place};

const NAME: &str = "id.example";

const CONFIGURATION: &str = r#"
issuer = "https://id.example"
trusted_proxies = ["127.0.0.1"]

[[client]]
client_id = "robot"
token_endpoint_auth_method = "client_secret_post"
client_secret = { env = "ROBOT_SECRET" }
grant_types = ["client_credentials"]
scope = "read"

[[resource]]
identifier = "https://api.example"
scopes = ["read"]
"#;

const SECRET: &str = "a secret of the test of 32 bytes";

const TLS: &str = "[tls]\ncertificate = \"cert.pem\"\nprivate_key = \"key.pem\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn nginx_names_the_client_and_outlives_a_node() {
    balanced("nginx.conf", CONFIGURATION.to_owned(), |file| {
        let mut command = Command::new("nginx");
        command.args([
            "-g",
            "daemon off; master_process off; pid nginx.pid; error_log nginx.log;",
            "-p",
        ]);
        command.arg(file.parent().unwrap()).arg("-c").arg(file);
        command
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn haproxy_names_the_client_and_outlives_a_node() {
    let configuration = format!("proxy_protocol = true\n{CONFIGURATION}{TLS}");
    balanced("haproxy.cfg", configuration, |file| {
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(file);
        command
    })
    .await;
}

/// A balancer that is killed when dropped.
struct Balancer(Child);

impl Drop for Balancer {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

async fn balanced(name: &str, configuration: String, command: impl Fn(&Path) -> Command) {
    let pair = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let store = postgres::schema();
    let places = [(); 2].map(|()| {
        let mut place = Place::new(&configuration);
        place.set("AIRSIDE_STORE__URL", &store);
        place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
        place.set("ROBOT_SECRET", SECRET);
        let at = |name| place.at(name);
        fs::write(at("cert.pem"), pair.cert.pem()).unwrap();
        fs::write(at("key.pem"), pair.signing_key.serialize_pem()).unwrap();
        place
    });
    let [first, second] = places.each_ref().map(Place::serve);
    let front = Place::new("");
    let file = front.at(name);
    fs::write(&file, handed_out(name, &places, &front)).unwrap();
    let started = command(&file)
        .current_dir(front.directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _balancer = Balancer(started.unwrap());
    let client = Client::new(pair.cert.der().clone(), front.address());

    client.until(200).await;
    for _ in 0..20 {
        assert_eq!(client.token().await, Some(200));
    }
    let events = places[0].run("-o json events search client:robot");
    let events = events.json();
    let addresses: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["address"])
        .collect();
    assert!(addresses.contains(&&"127.0.0.2".into()), "{events}");
    assert!(!addresses.contains(&&"127.0.0.1".into()), "{events}");
    // one node goes in an orderly way, and comes back; the other is killed
    assert_eq!(first.terminate(), 0);
    client.until(200).await;
    let _first = places[0].serve();
    second.kill();
    client.until_steadily(200).await;
}

/// The configuration as it is handed out, with the ports of the test.
fn handed_out(name: &str, places: &[Place; 2], front: &Place) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(name);
    let certificates = places[0].directory.path().display().to_string();
    let text = fs::read_to_string(file).unwrap();
    let replaced = [
        ("127.0.0.1:8081", places[0].address()),
        ("127.0.0.1:8082", places[1].address()),
        ("listen 443", format!("listen {}", front.address())),
        ("bind :443", format!("bind {}", front.address())),
        ("/etc/airside", certificates),
    ];
    replaced
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}

/// A client at 127.0.0.2, so that it is told apart from the balancer.
struct Client {
    tls: TlsConnector,
    address: SocketAddr,
}

impl Client {
    fn new(certificate: CertificateDer<'static>, address: String) -> Self {
        let mut trusted = RootCertStore::empty();
        trusted.add(certificate).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(trusted)
            .with_no_client_auth();
        Self {
            tls: Arc::new(config).into(),
            address: address.parse().unwrap(),
        }
    }

    /// Asks for a token: the status, or none if no answer came.
    async fn token(&self) -> Option<u16> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let stream = socket.connect(self.address).await.ok()?;
        let name = NAME.try_into().unwrap();
        let mut stream = self.tls.connect(name, stream).await.ok()?;
        let secret = SECRET.replace(' ', "+");
        let body = format!("grant_type=client_credentials&client_id=robot&client_secret={secret}");
        let request = format!(
            "POST /token HTTP/1.1\r\nhost: {NAME}\r\nx-forwarded-for: 192.0.2.66\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        // a peer that does not say goodbye has answered nevertheless
        drop(stream.read_to_end(&mut answer).await);
        let text = String::from_utf8_lossy(&answer);
        text.split(' ').nth(1)?.parse().ok()
    }

    /// Asks until this is the answer.
    async fn until(&self, status: u16) {
        self.until_in_a_row(status, 1).await;
    }

    /// Asks until this is the answer twenty times in a row: what was under way to a killed node when
    /// the balancer noticed may be lost.
    async fn until_steadily(&self, status: u16) {
        self.until_in_a_row(status, 20).await;
    }

    async fn until_in_a_row(&self, status: u16, times: u32) {
        let (began, mut in_a_row) = (Instant::now(), 0);
        while in_a_row < times {
            if self.token().await == Some(status) {
                in_a_row += 1;
                continue;
            }
            in_a_row = 0;
            assert!(began.elapsed() < Duration::from_secs(20), "never {status}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
