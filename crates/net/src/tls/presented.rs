//! The certificate that a server presents to its clients.

use std::{
    io,
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::{
    ClientConfig,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;
use x509_cert::{
    Certificate,
    der::Decode as _,
    ext::pkix::{SubjectAltName, name::GeneralName},
};

/// A certificate that was verified: for whom it is, and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The names and addresses that it is for (RFC 5280 §4.2.1.6).
    pub names: Vec<String>,
    /// The time at which it expires.
    pub not_after: SystemTime,
}

/// Connects to a server and returns its certificate, if `tls` trusts it for `host`.
///
/// # Errors
///
/// [`io::Error`] if there is no connection within 10 seconds, or the certificate is not trusted: the
/// cause says why.
pub async fn presented(host: &str, port: u16, tls: ClientConfig) -> io::Result<Presented> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    timeout(PATIENCE, handshake(host, port, tls))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn handshake(host: &str, port: u16, tls: ClientConfig) -> io::Result<Presented> {
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let stream = TcpStream::connect((host, port)).await?;
    let connector = TlsConnector::from(Arc::new(tls));
    let stream = connector.connect(name, stream).await?;
    let (_, session) = stream.get_ref();
    let chain = session.peer_certificates().unwrap_or_default();
    let first = chain.first();
    read(first.ok_or_else(|| io::Error::other("no certificate was presented"))?)
}

fn read(certificate: &CertificateDer<'_>) -> io::Result<Presented> {
    let read = Certificate::from_der(certificate).map_err(io::Error::other)?;
    let named = read.tbs_certificate.get::<SubjectAltName>();
    let names = match named.map_err(io::Error::other)? {
        Some((_, SubjectAltName(names))) => names.iter().filter_map(text).collect(),
        None => Vec::new(),
    };
    let until = read.tbs_certificate.validity.not_after.to_unix_duration();
    Ok(Presented {
        names,
        not_after: SystemTime::UNIX_EPOCH + until,
    })
}

fn text(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
            let address = four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_certificate_says_for_whom_it_is_and_how_long() {
        let names = ["id.example", "192.0.2.7", "2001:db8::7"].map(str::to_owned);
        let mut params = CertificateParams::new(names.to_vec()).unwrap();
        params.not_after = date_time_ymd(2031, 1, 2);
        let key = KeyPair::generate().unwrap();
        let made = params.self_signed(&key).unwrap();
        let found = read(made.der()).unwrap();
        assert_eq!(found.names, names);
        let until = found.not_after.duration_since(SystemTime::UNIX_EPOCH);
        // date -d 2031-01-02T00:00Z +%s
        assert_eq!(until.unwrap().as_secs(), 1_925_078_400);
    }

    #[test]
    fn what_is_no_certificate_is_an_error() {
        assert!(read(&CertificateDer::from(vec![0x30, 0x03, 1, 1, 1])).is_err());
    }
}
