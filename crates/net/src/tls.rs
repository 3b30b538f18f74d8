//! Certificates, reloaded when their files change; whom a client trusts; why a connection failed.

mod certificate_pair;
mod error;
mod fault;
mod pem;
mod presented;

use std::{path::Path, sync::Arc};

use hyper_rustls::ConfigBuilderExt as _;
use parking_lot::{Mutex, MutexGuard, RwLock};
pub use rustls::ClientConfig;
use rustls::{
    ConfigBuilder, RootCertStore, ServerConfig, WantsVerifier,
    crypto::aws_lc_rs,
    pki_types::CertificateDer,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use self::certificate_pair::{Watched, contents};
pub(crate) use self::fault::GUARD_SETTINGS;
pub use self::{
    certificate_pair::CertificatePair,
    error::TlsError,
    fault::TlsFault,
    pem::{PemContents, PemError},
    presented::{Presented, presented},
};

/// A TLS configuration whose certificate follows its files.
///
/// TLS 1.2 and 1.3 over aws-lc-rs, ALPN `h2` and `http/1.1`, no early data. Clones share one state.
#[derive(Clone, Debug)]
pub struct Tls {
    config: Arc<ServerConfig>,
    current: Arc<Current>,
}

/// Returns the TLS client that trusts the certificate authorities of a file (PEM), or without
/// one those of the web.
///
/// # Errors
///
/// [`TlsError`] names the file and what is wrong with it.
pub fn trusting(authorities: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let Some(path) = authorities else {
        return trusting_the_web().map_err(TlsError::Unsupported);
    };
    let builder = client_builder().map_err(TlsError::Unsupported)?;
    Ok(builder
        .with_root_certificates(contents(path, pem::authorities)?)
        .with_no_client_auth())
}

/// Returns the TLS client that trusts the certificate authorities of the web, these, and those of a
/// file (PEM) if there is one. Certificates that are not an authority's are left out.
///
/// # Errors
///
/// [`TlsError`] names the file and what is wrong with it.
pub fn trusting_also(
    certificates: Vec<CertificateDer<'static>>,
    authorities: Option<&Path>,
) -> Result<ClientConfig, TlsError> {
    let mut roots = match authorities {
        Some(path) => contents(path, pem::authorities)?,
        None => RootCertStore::empty(),
    };
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    roots.add_parsable_certificates(certificates);
    let builder = client_builder().map_err(TlsError::Unsupported)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

pub(crate) fn trusting_the_web() -> Result<ClientConfig, rustls::Error> {
    Ok(client_builder()?.with_webpki_roots().with_no_client_auth())
}

fn client_builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
}

impl Tls {
    /// Loads a certificate chain and its private key from PEM files.
    ///
    /// # Errors
    ///
    /// [`TlsError`] names the file and what is wrong with it.
    pub fn load(certificate: &Path, private_key: &Path) -> Result<Self, TlsError> {
        let pair = CertificatePair::read(certificate, private_key)?;
        let current = Arc::new(Current {
            certified: RwLock::new(pair.certified),
            watched: Mutex::new(pair.watched),
        });
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(TlsError::Unsupported)?
                .with_no_client_auth()
                .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // RFC8446-8: early data can be replayed, so none is accepted
        config.max_early_data_size = 0;
        Ok(Self {
            config: Arc::new(config),
            current,
        })
    }

    /// Loads the files again if their time or length changed; tells whether it did.
    ///
    /// Call it every few seconds. New connections use the new certificate.
    ///
    /// # Errors
    ///
    /// [`TlsError`] if the new files cannot be used; the old certificate stays, and the next call
    /// tries again.
    pub fn reload_if_changed(&self) -> Result<bool, TlsError> {
        let mut watched = self.current.watched();
        let found = watched.files.stamp()?;
        if watched.stamp == found {
            return Ok(false);
        }
        self.current.serve(Arc::new(watched.files.read()?));
        watched.stamp = found;
        Ok(true)
    }

    /// Serves another certificate from now on, and follows its files. Connections that are open keep
    /// theirs.
    pub fn replace(&self, pair: CertificatePair) {
        let mut watched = self.current.watched();
        self.current.serve(pair.certified);
        *watched = pair.watched;
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

#[derive(Debug)]
struct Current {
    certified: RwLock<Arc<CertifiedKey>>,
    watched: Mutex<Watched>,
}

impl Current {
    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock()
    }

    fn serve(&self, certified: Arc<CertifiedKey>) {
        let mut current = self.certified.write();
        *current = certified;
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let certified = self.certified.read();
        Some(Arc::clone(&certified))
    }
}

#[cfg(test)]
mod tests;
