//! The contents of PEM files (RFC 7468).

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

/// The contents that a PEM file must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemContents {
    /// Certificate authorities, one or more.
    Authorities,
    /// A certificate, and those that lead to its authority.
    CertificateChain,
    /// A private key that is not encrypted.
    PrivateKey,
}

/// The reason why a PEM file cannot be used; the sentence begins with the name of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// The file has no certificate.
    #[error("holds no certificate: PEM blocks `BEGIN CERTIFICATE` are expected")]
    NoCertificate,
    /// The file has no private key.
    #[error("holds no private key: an unencrypted PEM block `BEGIN PRIVATE KEY` is expected")]
    NoPrivateKey,
    /// A block of the file is malformed.
    #[error("holds a certificate that cannot be read: {0}")]
    MalformedCertificate(String),
}

impl PemContents {
    /// Checks the text of a file.
    ///
    /// # Errors
    ///
    /// [`PemError`] if it does not have these contents.
    pub fn check(self, pem: &[u8]) -> Result<(), PemError> {
        match self {
            Self::Authorities => authorities(pem).map(drop),
            Self::CertificateChain => certificates(pem).map(drop),
            Self::PrivateKey => private_key(pem).map(drop),
        }
    }
}

pub(super) fn authorities(pem: &[u8]) -> Result<RootCertStore, PemError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem)? {
        let added = roots.add(certificate);
        added.map_err(|error| PemError::MalformedCertificate(error.to_string()))?;
    }
    Ok(roots)
}

pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err(PemError::NoCertificate),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(PemError::MalformedCertificate(error.to_string())),
    }
}

pub(super) fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, PemError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| PemError::NoPrivateKey)
}
