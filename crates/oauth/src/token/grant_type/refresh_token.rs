//! `refresh_token`: rotation that raises an alarm when a token is used twice (RFC 6749 §6,
//! RFC 9700 §4.14.2).

use super::{
    parameter,
    person::{PersonAnswer, alive},
};
use crate::{
    client::RetryAlarm,
    error::OAuthError,
    key::vault::Vault,
    request::{form::Params, scope::Scope},
    state::{
        decide::{Commit, Context, Decide, Decision, Denied, Effect, Facts, Granted, Keys, Pivot},
        event::{Event, EventKind},
        grant::{Grant, Judgement, RevokeReason, Rotation},
        user::User,
    },
    token::{audience, issue::UnsignedTokens, refresh_token::RefreshToken},
};

/// A request with a refresh token whose MAC is right.
#[derive(Debug)]
pub struct Refresh {
    token: RefreshToken,
    scope: Option<Scope>,
    resources: Vec<String>,
}

impl Refresh {
    pub(super) fn parse(form: &Params, vault: &Vault) -> Result<Self, OAuthError> {
        let token = RefreshToken::verify(parameter::required(form, "refresh_token")?, vault)
            .ok_or_else(unknown)?;
        Ok(Self {
            token,
            scope: parameter::scope(form)?,
            resources: parameter::resources(form),
        })
    }

    fn issue(
        &self,
        context: &Context<'_>,
        user: &User,
        grant: &Grant,
        generation: u32,
    ) -> Result<UnsignedTokens, Denied> {
        let (profile, client) = (context.profile, context.client);
        let audience = audience::audience(
            profile,
            client,
            &grant.terms.access,
            self.scope.as_ref(),
            &self.resources,
        )?;
        let token = RefreshToken {
            family: grant.id,
            generation,
        };
        // OIDC-Core-12.2: an ID token after refresh has no nonce
        PersonAnswer {
            user,
            grant,
            audience,
            nonce: None,
            refresh_token: Some(token),
        }
        .tokens(context)
    }

    /// A client that authenticates keeps its token: only its last use is noted.
    fn keep(&self, context: &Context<'_>, user: &User, grant: &Grant) -> Decision {
        let issue = self.issue(context, user, grant, self.token.generation)?;
        let from = grant.rotation;
        let idle = context.profile.lifetimes.refresh_token_idle;
        let noted = context.now.within(idle / USE_GRANULARITY, from.rotated_at);
        let to = Rotation {
            rotated_at: context.now,
            ..from
        };
        let note = || {
            Commit::new(Pivot::Rotate {
                grant: grant.id,
                from,
                to,
            })
        };
        Ok(Granted {
            issue,
            commit: (!noted).then(note),
            note: None,
        })
    }

    fn rotate(&self, context: &Context<'_>, user: &User, grant: &Grant) -> Decision {
        let window = context.profile.lifetimes.refresh_token_retry_window;
        let from = grant.rotation;
        let moved = |to| {
            Commit::new(Pivot::Rotate {
                grant: grant.id,
                from,
                to,
            })
        };
        match from.judge(self.token.generation, window, context.now) {
            Judgement::Rotate(to) | Judgement::Reissue(to) => {
                let issue = self.issue(context, user, grant, to.current)?;
                Ok(Granted {
                    issue,
                    commit: Some(moved(to)),
                    note: None,
                })
            }
            Judgement::Retry { noted, alarm } => {
                let alarmed = alarm
                    && context.client.settings.refresh_token_retry_alarm == RetryAlarm::Revoke;
                if alarmed {
                    let event = event(context, grant, EventKind::RefreshTokenRetryAlarm);
                    return Err(revoke(context, grant, RevokeReason::RetryAlarm, event));
                }
                let issue = self.issue(context, user, grant, from.current)?;
                let mut commit = noted.map(moved);
                if alarm {
                    let event = event(context, grant, EventKind::RefreshTokenRetryAlarm);
                    commit = commit.map(|commit| commit.and(Effect::Event(event)));
                }
                Ok(Granted {
                    issue,
                    commit,
                    note: None,
                })
            }
            Judgement::Reuse => {
                let mut event = event(context, grant, EventKind::RefreshTokenReused);
                event.detail = format!(
                    "generation {} after {}",
                    self.token.generation, from.current
                );
                Err(revoke(
                    context,
                    grant,
                    RevokeReason::RefreshTokenReused,
                    event,
                ))
            }
            Judgement::Unissued => {
                let note = event(context, grant, EventKind::RefreshTokenUnissued);
                Err(Denied {
                    note: Some(Box::new(note)),
                    ..unknown().into()
                })
            }
        }
    }
}

fn revoke(context: &Context<'_>, grant: &Grant, reason: RevokeReason, event: Event) -> Denied {
    let revoked = context.revoked(reason);
    // RFC9700-4.14.2: reuse revokes the family, and with it the access tokens of the grant
    Denied::from(OAuthError::invalid_grant(
        "the refresh token was used before: the grant is revoked, sign in again",
    ))
    .with(
        Commit::new(Pivot::RevokeGrant {
            grant: grant.id,
            revoked,
        })
        .and(Effect::Feed(context.grant_revocation(grant)))
        .and(Effect::Event(event)),
    )
}

fn event(context: &Context<'_>, grant: &Grant, kind: EventKind) -> Event {
    let mut event = context.event(kind);
    (event.user, event.grant) = (Some(grant.user), Some(grant.id));
    event
}

fn unknown() -> OAuthError {
    OAuthError::invalid_grant("the refresh token was not issued here")
}

impl Decide for Refresh {
    fn keys(&self) -> Keys {
        Keys {
            grant: Some(self.token.family),
            ..Keys::default()
        }
    }

    fn decide(&self, context: &Context<'_>, facts: &Facts) -> Decision {
        let grant = facts.grant.as_ref().ok_or_else(unknown)?;
        // RFC6749-6: the token is bound to the client it was issued to. Before its state: another
        // client can neither learn it nor cause a revocation
        if grant.client != context.client.client_id {
            return Err(OAuthError::invalid_grant(
                "the refresh token was issued to another client",
            )
            .into());
        }
        if grant.revoked.is_some() {
            return Err(OAuthError::invalid_grant("the grant was revoked: sign in again").into());
        }
        if context.now > grant.refresh_expires_at(&context.profile.lifetimes) {
            return Err(
                OAuthError::invalid_grant("the refresh token has expired: sign in again").into(),
            );
        }
        let user = alive(context, facts, grant)?;
        // an older generation of a client that does not rotate is judged as strictly as any
        if context.client.rotates() || self.token.generation != grant.rotation.current {
            self.rotate(context, user, grant)
        } else {
            self.keep(context, user, grant)
        }
    }
}

/// The last use is kept to within this part of the idle lifetime: 1 hour in 30 days.
const USE_GRANULARITY: u32 = 720;

#[cfg(test)]
mod tests;
