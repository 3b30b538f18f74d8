//! A server with a certificate, and its clients.

use std::{fs, sync::Arc, time::Duration};

use airside_client::{Connection, CookieJar, Request};
use airside_testkit::Answer;
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName},
    },
};

use super::{CONFIGURATION, NAME};
use crate::server::{Place, Server};

/// A server in production mode, and a browser that believes the certificates made here.
pub struct Secured {
    pub place: Place,
    pub server: Server,
    pub trusted: RootCertStore,
    pub cookies: CookieJar,
}

/// A certificate and its key, in PEM.
pub struct Pair {
    pub certificate: CertificateDer<'static>,
    pub certificate_pem: String,
    pub private_key_pem: String,
}

impl Pair {
    pub fn new() -> Self {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        Self {
            certificate: made.cert.der().clone(),
            certificate_pem: made.cert.pem(),
            private_key_pem: made.signing_key.serialize_pem(),
        }
    }
}

impl Secured {
    pub fn new(pair: &Pair) -> Self {
        let place = Place::new(CONFIGURATION);
        let at = |name| place.at(name);
        fs::write(at("password"), "correct horse battery").unwrap();
        fs::write(at("cert.pem"), &pair.certificate_pem).unwrap();
        fs::write(at("key.pem"), &pair.private_key_pem).unwrap();
        let mut secured = Self {
            server: place.serve(),
            place,
            trusted: RootCertStore::empty(),
            cookies: CookieJar::default(),
        };
        secured.trust(pair);
        secured
    }

    pub fn trust(&mut self, pair: &Pair) {
        self.trusted.add(pair.certificate.clone()).unwrap();
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.place.at(name), text).unwrap();
    }

    /// Lets the server read its configuration again, and waits for this line of its log.
    pub fn reloaded(&self, last: &str) -> String {
        self.server.hang_up();
        self.server.hear(last)
    }

    pub async fn connect(&self, protocols: &[&str]) -> TlsStream<TcpStream> {
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(self.trusted.clone())
                .with_no_client_auth();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        let stream = TcpStream::connect(self.place.address()).await.unwrap();
        let name = ServerName::try_from(NAME).unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await.unwrap()
    }

    /// The certificate that a new connection gets.
    pub async fn served(&self) -> CertificateDer<'static> {
        let stream = self.connect(&[]).await;
        stream.get_ref().1.peer_certificates().unwrap()[0]
            .clone()
            .into_owned()
    }

    pub async fn wait_for(&self, pair: &Pair) {
        let served = async {
            while self.served().await != pair.certificate {
                // the files are looked at every 5 seconds
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(Duration::from_secs(30), served)
            .await
            .expect("the new certificate");
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(self.server.at(path))).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Request::form(self.server.at(path), fields)).await
    }

    pub async fn send(&mut self, request: Request) -> Answer {
        let stream = self.connect(&["http/1.1"]).await;
        let url = request.url.parse().unwrap();
        let mut connection = Connection::over(&url, stream).await.unwrap();
        let request = self.cookies.add_to(request);
        let answer = connection.send(request.to_http().unwrap()).await.unwrap();
        self.cookies.keep(&request.url, &answer);
        answer.into()
    }
}
