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
    refusal::RefusalReason as Reason,
    request::{form::Params, scope::Scope},
    state::{
        decide::{Commit, Context, Decide, Decision, Denied, Effect, Facts, Granted, Keys, Pivot},
        event::{Event, EventKind},
        grant::{Grant, Judgement, RevokeReason, Rotation},
        user::User,
    },
    token::{issue::UnsignedTokens, refresh_token::RefreshToken},
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
        let token = RefreshToken {
            family: grant.id,
            generation,
        };
        // OIDC-Core-12.2: an ID token after refresh has no nonce
        PersonAnswer {
            user,
            grant,
            scope: self.scope.as_ref(),
            resources: &self.resources,
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
        Ok(Granted {
            issue,
            commit: (!noted).then(|| moved(grant, to)),
            note: None,
        })
    }

    fn rotate(&self, context: &Context<'_>, user: &User, grant: &Grant) -> Decision {
        let window = context.profile.lifetimes.refresh_token_retry_window;
        let generation = self.token.generation;
        let judgement = grant.rotation.judge(generation, window, context.now);
        let (successor, commit) = match judgement {
            Judgement::Rotate(to) | Judgement::Reissue(to) => (to.current, Some(moved(grant, to))),
            Judgement::Retry { noted, alarm } => {
                let noted = noted.map(|to| moved(grant, to));
                let commit = match alarm {
                    true => alarmed(context, grant, noted)?,
                    false => noted,
                };
                (grant.rotation.current, commit)
            }
            Judgement::Reuse => return Err(reused(context, grant, generation)),
            Judgement::Unissued => return Err(unissued(context, grant)),
        };
        Ok(Granted {
            issue: self.issue(context, user, grant, successor)?,
            commit,
            note: None,
        })
    }
}

fn moved(grant: &Grant, to: Rotation) -> Commit {
    Commit::new(Pivot::Rotate {
        grant: grant.id,
        from: grant.rotation,
        to,
    })
}

/// Returns the commit of a retry that raises the alarm, unless the client has its grant revoked then.
fn alarmed(
    context: &Context<'_>,
    grant: &Grant,
    noted: Option<Commit>,
) -> Result<Option<Commit>, Denied> {
    let event = event(context, grant, EventKind::RefreshTokenRetryAlarm);
    match context.client.settings.refresh_token_retry_alarm {
        RetryAlarm::Revoke => Err(revoke(context, grant, RevokeReason::RetryAlarm, event)),
        RetryAlarm::Report => Ok(noted.map(|commit| commit.and(Effect::Event(event)))),
    }
}

fn reused(context: &Context<'_>, grant: &Grant, generation: u32) -> Denied {
    let mut event = event(context, grant, EventKind::RefreshTokenReused);
    event.detail = format!("generation {generation} after {}", grant.rotation.current);
    revoke(context, grant, RevokeReason::RefreshTokenReused, event)
}

fn unissued(context: &Context<'_>, grant: &Grant) -> Denied {
    let note = event(context, grant, EventKind::RefreshTokenUnissued);
    Denied {
        note: Some(Box::new(note)),
        ..unknown().because(Reason::RefreshTokenUnissued).into()
    }
}

fn revoke(context: &Context<'_>, grant: &Grant, reason: RevokeReason, event: Event) -> Denied {
    let revoked = context.revoked(reason);
    let cause = match reason {
        RevokeReason::RetryAlarm => Reason::RefreshTokenRetried,
        _ => Reason::RefreshTokenReused,
    };
    // RFC9700-4.14.2: reuse revokes the family, and with it the access tokens of the grant
    Denied::from(
        OAuthError::invalid_grant(
            "the refresh token was used before: the grant is revoked, sign in again",
        )
        .because(cause),
    )
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
        .because(Reason::RefreshTokenUnknown)
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
        self.judge(context, facts, grant)
            .map_err(|denied| denied.about(grant.user, grant.id))
    }
}

impl Refresh {
    fn judge(&self, context: &Context<'_>, facts: &Facts, grant: &Grant) -> Decision {
        require_live(context, grant)?;
        let user = alive(context.profile, context.now, facts, grant)?;
        // an older generation of a client that does not rotate is judged as strictly as any
        if context.client.rotates() || self.token.generation != grant.rotation.current {
            self.rotate(context, user, grant)
        } else {
            self.keep(context, user, grant)
        }
    }
}

/// Refuses the grant of another client, and one that is over.
fn require_live(context: &Context<'_>, grant: &Grant) -> Result<(), OAuthError> {
    // RFC6749-6: the token is bound to the client it was issued to. Before its state: another
    // client can neither learn it nor cause a revocation
    if grant.client != context.client.client_id {
        return Err(
            OAuthError::invalid_grant("the refresh token was issued to another client")
                .because_of(Reason::RefreshTokenOfAnotherClient, grant.client.as_str()),
        );
    }
    if let Some(revoked) = &grant.revoked {
        let error = OAuthError::invalid_grant("the grant was revoked: sign in again");
        return Err(error.because_of(Reason::GrantRevoked, revoked.reason.as_str()));
    }
    if context.now > grant.refresh_expires_at(&context.profile.lifetimes) {
        let error = OAuthError::invalid_grant("the refresh token has expired: sign in again");
        return Err(error.because(Reason::RefreshTokenExpired));
    }
    Ok(())
}

/// The last use is kept to within this part of the idle lifetime: 1 hour in 30 days.
const USE_GRANULARITY: u32 = 720;

#[cfg(test)]
mod tests;
