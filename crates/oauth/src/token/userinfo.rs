//! `/userinfo` (OIDC Core §5.3): the claims that a token's scopes release.

use airside_jose::{Algorithm, Typ, VerifiedToken};
use serde_json::{Map, Value};

use crate::{
    client::Client,
    id::ClientId,
    identity_scope::select,
    key::keyring::Keyring,
    profile::IssuerProfile,
    state::{grant::Grant, user::User},
    time::Time,
    token::{
        audience::may_be_told,
        sign::{MissingKeyError, sign, signer},
    },
};

/// The client that asks with a token, and the grant of it.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The client as it is registered now; `None` if it is not.
    pub client: Option<&'a Client>,
    /// The grant that the token was issued under.
    pub grant: Option<&'a Grant>,
}

/// Returns the claims about `user` that `token` releases: by its scopes (OIDC Core §5.4), and those that
/// the grant names one by one (§5.5).
pub fn claims(
    token: &VerifiedToken,
    user: &User,
    asking: Asking<'_>,
    profile: &IssuerProfile,
) -> Map<String, Value> {
    let has_scope = |name: &str| token.has_scope(name) && profile.is_identity_scope(name);
    let mut out = profile.scopes.released(has_scope, user);
    if let Asking {
        client: Some(client),
        grant: Some(grant),
    } = asking
    {
        let single = grant.terms.access.single_claims.userinfo.iter();
        let single = single.map(String::as_str);
        let single = single.filter(|name| may_be_told(profile, client, name));
        out.extend(select(single, user));
    }
    out.insert("sub".to_owned(), user.id.to_string().into());
    out
}

/// Signs the claims for a client that is registered for it.
///
/// There is no `exp`, so that the answer cannot be taken for an ID token.
///
/// # Errors
///
/// [`MissingKeyError`] if the issuer keeps no key of the algorithm.
pub fn sign_claims(
    mut claims: Map<String, Value>,
    (client, algorithm): (&ClientId, Algorithm),
    profile: &IssuerProfile,
    keyring: &Keyring,
    now: Time,
) -> Result<String, MissingKeyError> {
    // OIDC-Core-5.3.2: iss and aud, when signed
    claims.insert("iss".to_owned(), profile.issuer.clone().into());
    claims.insert("aud".to_owned(), client.as_str().into());
    sign(signer(keyring, algorithm, now)?, Typ::Jwt, &claims)
}
