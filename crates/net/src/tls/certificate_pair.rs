//! A certificate and its key in files.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use rustls::{
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, UnixTime},
    sign::CertifiedKey,
};
use x509_cert::{Certificate, der::Decode as _};

use super::{
    TlsError,
    fault::span,
    pem::{PemError, certificates, private_key},
};

/// A certificate chain and its private key, read and known to fit.
#[derive(Debug)]
pub struct CertificatePair {
    pub(super) certified: Arc<CertifiedKey>,
    pub(super) watched: Watched,
}

impl CertificatePair {
    /// Reads both from PEM files.
    ///
    /// # Errors
    ///
    /// [`TlsError`] names the file and what is wrong with it.
    pub fn read(certificate: &Path, private_key: &Path) -> Result<Self, TlsError> {
        let files = Files {
            certificate: certificate.to_owned(),
            private_key: private_key.to_owned(),
        };
        let stamp = files.stamp()?;
        Ok(Self {
            certified: Arc::new(files.read()?),
            watched: Watched { files, stamp },
        })
    }
}

/// Files, and what they were when they were read.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) files: Files,
    pub(super) stamp: [Stamp; 2],
}

#[derive(Debug)]
pub(super) struct Files {
    certificate: PathBuf,
    private_key: PathBuf,
}

impl Files {
    pub(super) fn stamp(&self) -> Result<[Stamp; 2], TlsError> {
        Ok([stamp(&self.certificate)?, stamp(&self.private_key)?])
    }

    pub(super) fn read(&self) -> Result<CertifiedKey, TlsError> {
        let chain = contents(&self.certificate, certificates)?;
        let key = contents(&self.private_key, private_key)?;
        let certified = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
        let certified = certified.map_err(|cause| TlsError::Unusable {
            certificate: self.certificate.clone(),
            private_key: self.private_key.clone(),
            cause,
        })?;
        let first = certified.cert.first();
        if let Some(doubt) = first.and_then(|first| doubt(first, UnixTime::now())) {
            let file = self.certificate.display();
            tracing::warn!(%file, "the certificate {doubt}");
        }
        Ok(certified)
    }
}

/// Returns the reason why clients refuse a certificate for its times (RFC 5280 §4.1.2.5), or soon will: within a
/// week, and within a third of its lifetime.
fn doubt(certificate: &CertificateDer<'_>, now: UnixTime) -> Option<String> {
    let read = Certificate::from_der(certificate).ok()?;
    let validity = read.tbs_certificate.validity;
    let begin = UnixTime::since_unix_epoch(validity.not_before.to_unix_duration());
    let end = UnixTime::since_unix_epoch(validity.not_after.to_unix_duration());
    if now > end {
        Some(format!(
            "expired {} ago: clients refuse it; renew it",
            span(end, now)
        ))
    } else if now < begin {
        let ahead = span(now, begin);
        Some(format!(
            "becomes valid in {ahead}: clients refuse it until then; check the clock here"
        ))
    } else {
        // one that lives for days only is renewed in its last third
        let soon = WEEK.min((end.as_secs() - begin.as_secs()) / 3);
        let left = span(now, end);
        (end.as_secs() - now.as_secs() < soon).then(|| format!("expires in {left}: renew it"))
    }
}

/// In seconds.
const WEEK: u64 = 7 * 24 * 60 * 60;

/// The properties that change when a file is written: its time and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

fn stamp(path: &Path) -> Result<Stamp, TlsError> {
    let metadata = fs::metadata(path).map_err(|cause| unreadable(path, cause))?;
    Ok(Stamp {
        modified: metadata.modified().ok(),
        length: metadata.len(),
    })
}

/// Reads a PEM file.
pub(super) fn contents<T>(
    path: &Path,
    parse: fn(&[u8]) -> Result<T, PemError>,
) -> Result<T, TlsError> {
    let pem = fs::read(path).map_err(|cause| unreadable(path, cause))?;
    parse(&pem).map_err(|why| TlsError::Contents {
        path: path.to_owned(),
        why,
    })
}

fn unreadable(path: &Path, cause: io::Error) -> TlsError {
    TlsError::Unreadable {
        path: path.to_owned(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_certificate_that_clients_refuse_or_soon_will_is_doubted() {
        let mut params = CertificateParams::new(["id.example.com".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2030, 1, 1);
        params.not_after = date_time_ymd(2030, 3, 1);
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let day = |year: u64, days: u64| {
            let days = (year - 1970) * 365 + (year - 1969) / 4 + days;
            UnixTime::since_unix_epoch(Duration::from_secs(days * 24 * 60 * 60 + 60))
        };
        let doubt = |at: UnixTime| doubt(made.der(), at);

        assert_eq!(doubt(day(2030, 20)), None, "the control");
        let soon = doubt(day(2030, 55)).unwrap();
        assert_eq!(soon, "expires in 3 days: renew it");
        let late = doubt(day(2030, 61)).unwrap();
        assert_eq!(late, "expired 2 days ago: clients refuse it; renew it");
        let early = doubt(day(2029, 350)).unwrap();
        assert!(early.starts_with("becomes valid in 14 days"), "{early}");
    }
}
