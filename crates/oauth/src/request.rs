//! Parameters of a request, parsed: forms, redirect URIs, scopes, single claims and the access they ask for,
//! PKCE.

pub mod access;
pub mod claims;
pub mod form;
pub mod nearest;
pub mod pkce;
pub mod redirect_uri;
pub mod scope;
