//! An authorization request that passed every check.

use std::{sync::Arc, time::Duration};

use super::{
    Destination, SignedIn,
    checks::{self, Prompt},
    code::AuthorizationCode,
};
use crate::{
    error::{ErrorCode, OAuthError},
    id::{GrantId, UserId},
    key::entropy::Entropy,
    profile::IssuerProfile,
    request::{access::Access, claims::ClaimsRequest, form::Params, pkce::CodeChallenge},
    state::grant::AuthorizedAccess,
    time::Time,
};

/// An authorization request that passed every check.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// The client and where its answer goes.
    pub destination: Destination,
    /// The access that it asks for.
    pub access: Access,
    /// The hash that the verifier must have.
    pub code_challenge: Option<CodeChallenge>,
    /// Goes into the ID token as it was sent.
    pub nonce: Option<String>,
    /// The pages that the person must be shown.
    pub prompt: Prompt,
    /// The maximal age of the sign-in.
    pub max_age: Option<Duration>,
    /// The user name that the client expects; fills in the sign-in form.
    pub login_hint: Option<String>,
    /// The people of whom one must answer, by `id_token_hint` and by `sub` in `claims`; `None` if anybody
    /// may.
    pub expected_users: Option<Vec<UserId>>,
    /// The authentication context classes of which the sign-in must have one; `None` if any will do.
    pub essential_acr: Option<Vec<String>>,
}

impl AuthorizationRequest {
    /// Checks a request whose destination is trusted.
    ///
    /// # Errors
    ///
    /// The error to send to the destination.
    pub fn check(
        params: &Params,
        destination: Destination,
        profile: &IssuerProfile,
        hinted_user: impl FnOnce(&str) -> Result<UserId, OAuthError>,
    ) -> Result<Self, OAuthError> {
        let client = Arc::clone(&destination.client);
        let input = checks::Input {
            params,
            client: &client,
            redirect_uri: &destination.registered,
            profile,
        };
        for check in checks::TABLE {
            (check.run)(&input)?;
        }
        let hinted = value(params, "id_token_hint");
        let hinted = hinted.map(|hint| hinted_user(&hint)).transpose()?;
        Ok(Self {
            access: checks::access(&input)?,
            code_challenge: checks::code_challenge(&input)?,
            nonce: value(params, "nonce"),
            prompt: checks::prompt(&input)?,
            max_age: checks::max_age(&input)?,
            login_hint: value(params, "login_hint"),
            essential_acr: checks::claims::essential_acr(&input)?,
            expected_users: expected_users(hinted, &checks::claims::request(&input)?)?,
            destination,
        })
    }

    /// The code that answers this request, resting on `consent_epoch` if consent was needed.
    pub fn code(
        &self,
        person: SignedIn<'_>,
        consent_epoch: Option<u32>,
        now: Time,
        draw: &Entropy,
    ) -> AuthorizationCode {
        let client = &self.destination.client;
        AuthorizationCode {
            id: GrantId::new(now, draw),
            issued_at: now,
            client: client.client_id.clone(),
            user: person.user.id,
            session: person.session.id,
            terms: AuthorizedAccess {
                access: self.access.clone(),
                authentication: person.session.authentication.clone(),
            },
            redirect_uri: self.destination.redirect_uri.clone(),
            code_challenge: self.code_challenge.clone(),
            nonce: self.nonce.clone(),
            user_epoch: person.user.epoch,
            client_epoch: client.epoch,
            consent: consent_epoch.map(|epoch| (self.destination.redirect_host(), epoch)),
        }
    }
}

/// Returns the people whom everything that names some has in common.
///
/// # Errors
///
/// `login_required` if there is none, so that no sign-in could help.
fn expected_users(
    hinted: Option<UserId>,
    claims: &ClaimsRequest,
) -> Result<Option<Vec<UserId>>, OAuthError> {
    let mut expected = hinted.map(|user| vec![user]);
    // OIDC-Core-5.5.1: an answer is about the person that `sub` names, or there is none
    for subjects in claims.subjects() {
        let named = subjects.into_iter().filter_map(|text| text.parse().ok());
        let common = |user: &UserId| expected.as_ref().is_none_or(|all| all.contains(user));
        expected = Some(named.filter(common).collect());
    }
    match &expected {
        Some(nobody) if nobody.is_empty() => Err(OAuthError::new(
            ErrorCode::LoginRequired,
            "claims asks for a sub that no person has, or not the one of id_token_hint",
        )),
        _ => Ok(expected),
    }
}

fn value(params: &Params, name: &str) -> Option<String> {
    params.one(name).map(str::to_owned)
}
