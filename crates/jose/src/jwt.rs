//! JSON Web Tokens (RFC 7519): access tokens, ID tokens, client assertions and status lists, each
//! with its own rules, so that none passes for another (RFC 8725 §3.12).

mod assertion;
mod claims;
mod confirmation;
mod dpop;
mod id_token;
mod provider;
mod status_list;
mod times;
mod token_profile;
mod verified;
mod verifier;
mod verify_error;

pub use assertion::{Assertion, AssertionAudience, AssertionClaims};
pub use confirmation::{Confirmation, SenderProof, certificate_thumbprint};
pub use dpop::{DpopError, DpopProof, DpopRequest};
pub use id_token::{Expiry, IdToken, verify_id_token};
pub use provider::Provider;
pub use status_list::{
    StatusList, StatusListName, StatusListToken, StatusReference, verify_status_list,
};
pub use token_profile::TokenProfile;
pub use verified::VerifiedToken;
pub use verifier::Verifier;
pub use verify_error::VerifyError;

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod fixture;
