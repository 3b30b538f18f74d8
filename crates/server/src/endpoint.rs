//! The endpoints, one file each.

pub mod caller;
pub mod document;
pub mod health;
pub mod introspect;
pub mod revocations;
pub mod revoke;
pub mod status;
pub mod token;
pub mod userinfo;
