//! Tokens that are bound to a key: the binding, and the proof of it (RFC 7800).

use super::{DpopProof, VerifyError, claims::Claims};
use crate::{base64url, digest::sha256};

/// The key or certificate that a token is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// `jkt`: the SHA-256 thumbprint of the key of DPoP proofs (RFC 9449 §6.1).
    Key(String),
    /// `x5t#S256`: the SHA-256 thumbprint of the client's certificate (RFC 8705 §3.1).
    Certificate(String),
}

/// The proof that the sender of a token may use it.
#[derive(Clone, Copy, Debug, Default)]
pub enum SenderProof<'a> {
    /// Nothing: any holder of the token may use it (RFC 6750).
    #[default]
    Nothing,
    /// A DPoP proof for this very request.
    Dpop(&'a DpopProof),
    /// The certificate, in DER, with which the client opened the connection.
    Certificate(&'a [u8]),
}

impl Confirmation {
    /// Reads `cnf`, which is absent or has exactly one member that can be checked here.
    pub(super) fn read(claims: &Claims) -> Result<Option<Self>, VerifyError> {
        let Some(cnf) = claims.map().get("cnf") else {
            return Ok(None);
        };
        // RFC7800-3.1: a member that is not understood could be the binding
        let members = cnf.as_object().filter(|members| members.len() == 1);
        let member = members.and_then(|members| members.iter().next());
        let (name, value) = member.ok_or(VerifyError::SenderConstrained)?;
        let thumbprint = value.as_str().filter(|text| is_sha256(text));
        let thumbprint = thumbprint.ok_or(VerifyError::SenderConstrained)?.to_owned();
        match name.as_str() {
            "jkt" => Ok(Some(Self::Key(thumbprint))),
            "x5t#S256" => Ok(Some(Self::Certificate(thumbprint))),
            _ => Err(VerifyError::SenderConstrained),
        }
    }

    /// Requires that a proof fits the binding of a token, or that the token has none.
    pub(super) fn require(
        confirmation: Option<&Self>,
        proof: SenderProof<'_>,
    ) -> Result<(), VerifyError> {
        let proved = match (confirmation, proof) {
            // RFC9449-7.1: a proof beside a token that is bound to no key proves nothing
            (None, proof) => !matches!(proof, SenderProof::Dpop(_)),
            (Some(Self::Key(jkt)), SenderProof::Dpop(proof)) => proof.thumbprint() == jkt,
            (Some(Self::Certificate(expected)), SenderProof::Certificate(der)) => {
                *expected == certificate_thumbprint(der)
            }
            (Some(_), _) => false,
        };
        proved.then_some(()).ok_or(VerifyError::SenderConstrained)
    }
}

/// Returns the `x5t#S256` of a certificate in DER (RFC 8705 §3.1).
#[must_use]
pub fn certificate_thumbprint(der: &[u8]) -> String {
    sha256(der)
}

fn is_sha256(text: &str) -> bool {
    base64url::decode(text).is_ok_and(|digest| digest.len() == 32)
}
