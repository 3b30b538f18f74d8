//! The protocol: OAuth 2.1 and OpenID Connect decisions, pure and synchronous.

pub mod access;
pub mod account;
pub mod audience;
pub mod authorize;
pub mod claim;
pub mod client;
pub mod client_auth;
pub mod client_metadata;
pub mod code;
pub mod consent;
pub mod decide;
pub mod entropy;
pub mod error;
pub mod event;
pub mod feed;
pub mod form;
pub mod grant;
pub mod id;
pub mod interaction;
pub mod introspection;
pub mod issue;
pub mod key;
pub mod keyring;
pub mod lifetime;
pub mod metadata;
pub mod pkce;
pub mod presented;
pub mod profile;
pub mod redirect_uri;
pub mod refresh_token;
pub mod released_claim;
pub mod revocation;
pub mod role;
mod schema;
pub mod scope;
mod seal;
pub mod secret;
pub mod session;
pub mod status;
pub mod time;
pub mod token;
pub mod user;
pub mod userinfo;
pub mod vault;

#[cfg(test)]
mod fixture;
