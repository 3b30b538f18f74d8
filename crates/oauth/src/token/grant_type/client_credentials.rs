//! `client_credentials`: a machine acts for itself (RFC 6749 §4.4).

use super::parameter;
use crate::{
    error::OAuthError,
    refusal::RefusalReason,
    request::{form::Params, scope::Scope},
    state::{
        decide::{Context, Decide, Decision, Facts, Granted, Keys},
        event::EventKind,
    },
    token::{audience, issue::UnsignedTokens},
};

/// A request by `client_credentials`. Reads nothing, changes nothing.
#[derive(Debug)]
pub struct ClientCredentials {
    scope: Option<Scope>,
    resources: Vec<String>,
}

impl ClientCredentials {
    pub(super) fn parse(form: &Params) -> Result<Self, OAuthError> {
        Ok(Self {
            scope: parameter::scope(form)?,
            resources: parameter::resources(form),
        })
    }
}

impl ClientCredentials {
    fn require_no_person(&self, context: &Context<'_>) -> Result<(), OAuthError> {
        let mut names = self.scope.iter().flat_map(Scope::iter);
        match names.find(|name| context.profile.is_identity_scope(name)) {
            None => Ok(()),
            // OIDC-Core-3.1.2.1: there is no end user whom an ID token could be about
            Some(name) => Err(OAuthError::invalid_scope(format!(
                "`{name}` is about a person, and client credentials are not"
            ))
            .because_of(RefusalReason::ScopeOfPerson, name)),
        }
    }
}

impl Decide for ClientCredentials {
    fn keys(&self) -> Keys {
        Keys::default()
    }

    fn decide(&self, context: &Context<'_>, _: &Facts) -> Decision {
        self.require_no_person(context)?;
        let (profile, client) = (context.profile, context.client);
        let access = audience::access(profile, client, self.scope.as_ref(), &self.resources)?;
        let audience = audience::single(profile, &access)?;
        let id = client.client_id.clone();
        let issue = UnsignedTokens::for_machine(id, audience, context.now, context.draw);
        let mut event = context.event(EventKind::TokenIssued);
        event.detail = issue.jti().to_string();
        Ok(Granted {
            issue,
            commit: None,
            note: Some(event),
        })
    }
}

#[cfg(test)]
mod tests;
