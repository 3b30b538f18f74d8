//! A certificate and its key in files.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use rustls::{crypto::aws_lc_rs, sign::CertifiedKey};

use super::{
    TlsError,
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
        CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).map_err(|cause| {
            TlsError::Unusable {
                certificate: self.certificate.clone(),
                private_key: self.private_key.clone(),
                cause,
            }
        })
    }
}

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
