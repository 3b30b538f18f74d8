//! The protocol: OAuth 2.1 and OpenID Connect decisions, pure and synchronous.

pub mod authorize;
pub mod client;
pub mod error;
pub mod id;
pub mod identity_scope;
pub mod key;
pub mod metadata;
pub mod profile;
pub mod request;
mod schema;
pub mod state;
pub mod time;
pub mod token;

#[cfg(test)]
mod fixture;
