//! The endpoints, one file each.

pub mod authorize;
pub mod caller;
pub mod consent;
pub mod document;
pub mod health;
pub mod home;
pub mod introspect;
pub mod revocations;
pub mod revoke;
pub mod setup;
pub mod sign_in;
pub mod sign_out;
pub mod status;
pub mod token;
pub mod userinfo;
