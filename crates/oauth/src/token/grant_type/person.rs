//! Tokens of a person: the person may have them still, and they fit into one answer.

use crate::{
    error::OAuthError,
    profile::IssuerProfile,
    refusal::RefusalReason,
    request::scope::Scope,
    state::{
        decide::{Context, Denied, Facts},
        grant::Grant,
        user::User,
    },
    time::Time,
    token::{
        audience::audience,
        issue::{PersonTokens, UnsignedTokens},
        refresh_token::RefreshToken,
    },
};

/// Returns the user of a grant while everything that it rests on is valid.
///
/// The choke point of every token of a person: the user is enabled, and the session has not ended
/// unless the grant outlives it.
pub(in crate::token) fn alive<'a>(
    profile: &IssuerProfile,
    now: Time,
    facts: &'a Facts,
    grant: &Grant,
) -> Result<&'a User, OAuthError> {
    let user = facts
        .user
        .as_ref()
        .filter(|user| user.id == grant.user && !user.disabled);
    let user = user.ok_or_else(|| {
        OAuthError::invalid_grant("the account is gone or disabled").because(match facts.user {
            Some(_) => RefusalReason::AccountDisabled,
            None => RefusalReason::AccountGone,
        })
    })?;
    require_session(profile, now, facts, grant)?;
    Ok(user)
}

fn require_session(
    profile: &IssuerProfile,
    now: Time,
    facts: &Facts,
    grant: &Grant,
) -> Result<(), OAuthError> {
    let lifetime = profile.lifetimes.session;
    let session = facts.session.as_ref().filter(|session| {
        // refreshes do not pass through the browser, so they cannot keep a session from idling;
        // they end with its sign-out or its whole lifetime
        session.id == grant.session
            && session.ended_at.is_none()
            && now.within(lifetime, session.authentication.at)
    });
    if session.is_some() || grant.terms.offline() {
        return Ok(());
    }
    Err(
        OAuthError::invalid_grant("the session that this grant belongs to has ended").because(
            match &facts.session {
                Some(session) if session.ended_at.is_none() => RefusalReason::SessionExpired,
                _ => RefusalReason::SessionEnded,
            },
        ),
    )
}

/// The parts of an answer that differ between the grants of a person.
pub(super) struct PersonAnswer<'a> {
    pub(super) user: &'a User,
    pub(super) grant: &'a Grant,
    /// The scope that the request names; all that is granted without it.
    pub(super) scope: Option<&'a Scope>,
    /// The APIs that the request names.
    pub(super) resources: &'a [String],
    /// The nonce of the authorization request; only when its code is redeemed.
    pub(super) nonce: Option<String>,
    pub(super) refresh_token: Option<RefreshToken>,
}

impl PersonAnswer<'_> {
    /// Makes the tokens of the answer.
    ///
    /// # Errors
    ///
    /// `invalid_target` or `invalid_scope` if the request names an API or a scope that it cannot have, or
    /// if the claims of the account do not fit into a token.
    pub(super) fn tokens(self, context: &Context<'_>) -> Result<UnsignedTokens, Denied> {
        let (user, grant) = (self.user, self.grant);
        let audience = audience(
            context.profile,
            context.client,
            &grant.terms.access,
            self.scope,
            self.resources,
        )?;
        let tokens = PersonTokens {
            client: context.client,
            user,
            grant,
            audience,
            nonce: self.nonce,
            refresh_token: self.refresh_token,
        };
        let issued = UnsignedTokens::for_person(tokens, context.profile, context.now, context.draw);
        issued.map_err(|error| Denied::from(error).about(user.id, grant.id))
    }
}
