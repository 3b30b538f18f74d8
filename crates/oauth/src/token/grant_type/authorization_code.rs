//! `authorization_code`: a code is redeemed for tokens (RFC 6749 §4.1.3, RFC 7636 §4.6).

mod ownership;

use super::{
    parameter,
    person::{PersonAnswer, alive},
};
use crate::{
    authorize::code::AuthorizationCode,
    client::GrantType,
    error::OAuthError,
    key::vault::Vault,
    refusal::RefusalReason as Reason,
    request::{form::Params, scope::Scope},
    state::{
        consent::ConsentKey,
        decide::{
            CodeBinding, Commit, Context, Decide, Decision, Denied, Effect, Facts, Granted, Keys,
            Pivot,
        },
        event::EventKind,
        grant::{Grant, RevokeReason, Rotation},
        user::User,
    },
    token::{issue::UnsignedTokens, refresh_token::RefreshToken},
};

/// A request to redeem a code that was sealed here.
#[derive(Debug)]
pub struct Redeem {
    code: AuthorizationCode,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    scope: Option<Scope>,
    resources: Vec<String>,
}

impl Redeem {
    pub(super) fn parse(form: &Params, vault: &Vault) -> Result<Self, OAuthError> {
        let code = AuthorizationCode::open(parameter::required(form, "code")?, vault).ok_or_else(
            || {
                OAuthError::invalid_grant("the code was not issued here")
                    .because(Reason::CodeUnknown)
            },
        )?;
        Ok(Self {
            code,
            redirect_uri: parameter::optional(form, "redirect_uri").map(str::to_owned),
            code_verifier: parameter::optional(form, "code_verifier").map(str::to_owned),
            scope: parameter::scope(form)?,
            resources: parameter::resources(form),
        })
    }

    fn first(&self, context: &Context<'_>, facts: &Facts, attempt: [u8; 16]) -> Decision {
        let user = self.user(facts)?;
        let grant = self.grant(context, attempt);
        alive(context.profile, context.now, facts, &grant)?;
        let issue = self.issue(context, user, &grant)?;
        let mut event = context.event(EventKind::GrantCreated);
        (event.user, event.grant) = (Some(grant.user), Some(grant.id));
        event.detail = grant.terms.access.scope().to_string();
        let bound = self.bound(&grant);
        let commit = Commit::new(Pivot::InsertGrant {
            grant: Box::new(grant),
            bound,
        });
        Ok(Granted {
            issue,
            commit: Some(commit.and(Effect::Event(event))),
            note: None,
        })
    }

    fn grant(&self, context: &Context<'_>, attempt: [u8; 16]) -> Grant {
        Grant {
            id: self.code.id,
            client: self.code.client.clone(),
            user: self.code.user,
            session: self.code.session,
            terms: self.code.terms.clone(),
            created_at: context.now,
            attempt,
            rotation: Rotation::begin(context.now),
            status: context.status,
            revoked: None,
        }
    }

    fn issue(
        &self,
        context: &Context<'_>,
        user: &User,
        grant: &Grant,
    ) -> Result<UnsignedTokens, Denied> {
        let may_refresh = context.client.allows(GrantType::RefreshToken);
        let refresh_token = RefreshToken {
            family: grant.id,
            generation: grant.rotation.current,
        };
        PersonAnswer {
            user,
            grant,
            scope: self.scope.as_ref(),
            resources: &self.resources,
            nonce: self.code.nonce.clone(),
            refresh_token: may_refresh.then_some(refresh_token),
        }
        .tokens(context)
    }

    /// Returns the binding of the code, which the commit itself checks again.
    fn user<'a>(&self, facts: &'a Facts) -> Result<&'a User, OAuthError> {
        let user = facts
            .user
            .as_ref()
            .filter(|user| user.epoch == self.code.user_epoch);
        user.ok_or_else(|| {
            OAuthError::invalid_grant("the account changed since the code was issued").because(
                match facts.user {
                    Some(_) => Reason::CodeOutdated,
                    None => Reason::AccountGone,
                },
            )
        })
    }

    fn bound(&self, grant: &Grant) -> CodeBinding {
        let consent = self.code.consent.clone().map(|(redirect_host, epoch)| {
            let (user, client) = (self.code.user, self.code.client.clone());
            (
                ConsentKey {
                    user,
                    client,
                    redirect_host,
                },
                epoch,
            )
        });
        CodeBinding {
            user_epoch: self.code.user_epoch,
            client_epoch: self.code.client_epoch,
            consent,
            session: (!grant.terms.offline()).then_some(self.code.session),
        }
    }

    fn replayed(&self, context: &Context<'_>, grant: &Grant) -> Denied {
        let refused: Denied =
            OAuthError::invalid_grant("the code was redeemed before: its tokens are revoked now")
                .because(Reason::CodeReused)
                .into();
        if grant.revoked.is_some() {
            return refused;
        }
        let mut event = context.event(EventKind::CodeReused);
        (event.user, event.grant) = (Some(grant.user), Some(grant.id));
        // RFC6749-4.1.2: a code used twice revokes the tokens of the first use
        let revoked = context.revoked(RevokeReason::CodeReused);
        refused.with(
            Commit::new(Pivot::RevokeGrant {
                grant: grant.id,
                revoked,
            })
            .and(Effect::Feed(context.grant_revocation(grant)))
            .and(Effect::Event(event)),
        )
    }
}

impl Decide for Redeem {
    fn keys(&self) -> Keys {
        Keys {
            grant: Some(self.code.id),
            user: Some(self.code.user),
            session: Some(self.code.session),
            ..Keys::default()
        }
    }

    fn decide(&self, context: &Context<'_>, facts: &Facts) -> Decision {
        self.judge(context, facts)
            .map_err(|denied| denied.about(self.code.user, self.code.id))
    }

    fn begins_grant(&self) -> bool {
        true
    }
}

impl Redeem {
    fn judge(&self, context: &Context<'_>, facts: &Facts) -> Decision {
        self.belongs(context)?;
        if self.code.client_epoch != context.client.epoch {
            let error = OAuthError::invalid_grant("the client changed since the code was issued");
            return Err(error.because(Reason::CodeOutdated).into());
        }
        let attempt = context.draw.bytes("attempt");
        match &facts.grant {
            None => self.first(context, facts, attempt),
            // the answer to our own commit was lost on the way from the store
            Some(grant) if grant.attempt == attempt && grant.revoked.is_none() => {
                let issue = self.issue(context, self.user(facts)?, grant)?;
                Ok(Granted {
                    issue,
                    commit: None,
                    note: None,
                })
            }
            // INVARIANT: a code's id is a grant's id, so a second redemption finds the first
            Some(grant) => Err(self.replayed(context, grant)),
        }
    }
}

#[cfg(test)]
mod tests;
