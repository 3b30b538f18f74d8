//! Tokens of a person: the person may have them still, and they fit into one answer.

use crate::{
    error::OAuthError,
    state::{
        decide::{Context, Denied, Facts},
        event::EventKind,
        grant::Grant,
        user::User,
    },
    token::{
        audience::Audience,
        issue::{PersonTokens, UnsignedTokens},
        refresh_token::RefreshToken,
    },
};

/// Returns the user of a grant while everything that it rests on is valid.
///
/// The choke point of every token of a person: the user is enabled, and the session has not ended
/// unless the grant outlives it.
pub(super) fn alive<'a>(
    context: &Context<'_>,
    facts: &'a Facts,
    grant: &Grant,
) -> Result<&'a User, OAuthError> {
    let user = facts
        .user
        .as_ref()
        .filter(|user| user.id == grant.user && !user.disabled);
    let user = user.ok_or_else(|| OAuthError::invalid_grant("the account is gone or disabled"))?;
    let lifetime = context.profile.lifetimes.session;
    let session = facts.session.as_ref().filter(|session| {
        // refreshes do not pass through the browser, so they cannot keep a session from idling;
        // they end with its sign-out or its whole lifetime
        session.id == grant.session
            && session.ended_at.is_none()
            && context.now.within(lifetime, session.authentication.at)
    });
    if session.is_none() && !grant.terms.offline() {
        return Err(OAuthError::invalid_grant(
            "the session that this grant belongs to has ended",
        ));
    }
    Ok(user)
}

/// The parts of an answer that differ between the grants of a person.
pub(super) struct PersonAnswer<'a> {
    pub(super) user: &'a User,
    pub(super) grant: &'a Grant,
    pub(super) audience: Audience,
    /// The nonce of the authorization request; only when its code is redeemed.
    pub(super) nonce: Option<String>,
    pub(super) refresh_token: Option<RefreshToken>,
}

impl PersonAnswer<'_> {
    /// Makes the tokens of the answer.
    ///
    /// # Errors
    ///
    /// `invalid_target` if the claims of the account that the API is released do not fit into a token, and
    /// `invalid_scope` if those for the ID token do not; the audit trail tells it, because an administrator must act.
    pub(super) fn tokens(self, context: &Context<'_>) -> Result<UnsignedTokens, Denied> {
        let (user, grant) = (self.user, self.grant);
        let tokens = PersonTokens {
            client: context.client,
            user,
            grant,
            audience: self.audience,
            nonce: self.nonce,
            refresh_token: self.refresh_token,
        };
        let issued = UnsignedTokens::for_person(tokens, context.profile, context.now, context.draw);
        issued.map_err(|error| {
            let mut event = context.event(EventKind::TokenRefused);
            (event.user, event.grant) = (Some(user.id), Some(grant.id));
            event.detail.clone_from(&error.description);
            Denied {
                note: Some(Box::new(event)),
                ..error.into()
            }
        })
    }
}
