//! The resource-server library: offline verification with cached keys.

pub mod bearer;
pub mod clock;
pub mod jwks;
pub mod rejection;
pub mod revocation;

pub use rejection::{Rejection, obey};
pub use revocation::{RevocableToken, Revocations};
