//! TLS to the database, with the checks that libpq's `sslmode` names.

use std::{path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme,
    client::{
        WantsClientCert, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};

use super::{
    target_error::TargetError,
    tls_parameters::{Check, Roots, TlsParameters},
};

/// The TLS client of PostgreSQL connections.
///
/// # Errors
///
/// [`TargetError::File`] or [`TargetError::Tls`].
pub(super) fn config(parameters: &TlsParameters) -> Result<ClientConfig, TargetError> {
    let builder = checking(parameters)?;
    let Some((certificate, key)) = &parameters.client else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| unusable("sslcert", certificate, error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable("sslkey", key, error))?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| TargetError::Tls(format!("`sslcert` and `sslkey`: {error}")))
}

/// Sets up the check of the server's certificate.
fn checking(
    parameters: &TlsParameters,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TargetError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| TargetError::Tls(error.to_string()))?;
    let chain = match parameters.check {
        Check::ChainAndName => {
            return Ok(builder.with_root_certificates(roots(&parameters.roots)?));
        }
        Check::Chain => Some(chain(&parameters.roots, &provider)?),
        Check::Nothing => None,
    };
    let verifier = Arc::new(AnyName { provider, chain });
    let builder = builder.dangerous();
    Ok(builder.with_custom_certificate_verifier(verifier))
}

fn chain(
    trusted: &Roots,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, TargetError> {
    let roots = Arc::new(roots(trusted)?);
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider));
    let verifier = verifier.build();
    verifier.map_err(|error| TargetError::Tls(format!("`sslrootcert`: {error}")))
}

fn unusable(parameter: &'static str, path: &Path, cause: impl ToString) -> TargetError {
    TargetError::File {
        parameter,
        path: path.to_owned(),
        cause: cause.to_string(),
    }
}

fn roots(roots: &Roots) -> Result<RootCertStore, TargetError> {
    let mut store = RootCertStore::empty();
    match roots {
        Roots::None => {}
        Roots::System => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Roots::File(path) => {
            let failed = |cause: &dyn ToString| unusable("sslrootcert", path, cause.to_string());
            let certificates =
                CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| failed(&error))?;
                store.add(certificate).map_err(|error| failed(&error))?;
            }
            if store.is_empty() {
                return Err(failed(&"no certificate"));
            }
        }
    }
    Ok(store)
}

/// `verify-ca`: a trusted chain for any name. `prefer` and `require` without `sslrootcert`: any
/// certificate whose key the server has.
#[derive(Debug)]
struct AnyName {
    provider: Arc<CryptoProvider>,
    /// The verifier of the chain; `None` if any chain is accepted.
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        // the name is checked last, when the chain has been found good
        match chain.verify_server_cert(end_entity, intermediates, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
