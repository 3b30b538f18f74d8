//! The input of a check of an authorization request.

use crate::{
    client::Client,
    profile::IssuerProfile,
    request::{form::Params, redirect_uri::RedirectUri},
};

/// The input of a check.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The parameters, decoded once.
    pub params: &'a Params,
    /// The client, which is known and whose redirect URI is trusted.
    pub client: &'a Client,
    /// The registered redirect URI that the answer goes to.
    pub redirect_uri: &'a RedirectUri,
    /// The issuer.
    pub profile: &'a IssuerProfile,
}
