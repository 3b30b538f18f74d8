//! `/revoke` (RFC 7009): what revoking a presented token changes.

use crate::{
    key::secret::Digest,
    state::{
        decide::{Commit, Context, Effect, Facts, Pivot},
        event::EventKind,
        feed::{FeedEntry, FeedSubject},
        grant::{Grant, RevokeReason},
    },
    time::Time,
    token::presented::{self, PresentedToken},
};

/// Returns the commit that revokes `token`; none if there is nothing to revoke.
///
/// A token of another client, an unknown one and a dead one are all answered with 200 and change
/// nothing (RFC 7009 §2.2), so that the answer tells nothing about them.
pub fn decide(token: &PresentedToken, context: &Context<'_>, facts: &Facts) -> Option<Commit> {
    match token {
        PresentedToken::Refresh(_) => revoke_grant(context, facts),
        // a person's access token represents the whole grant
        PresentedToken::Access(token) if presented::grant_id(token).is_some() => {
            revoke_grant(context, facts)
        }
        // RFC7009-2.2: a token that is dead already is answered with 200 too
        PresentedToken::Access(token)
            if presented::issued_to(token, &context.client.client_id)
                && presented::is_still_valid(token, facts) =>
        {
            let until = Time::from_seconds(token.expires_at());
            Some(revoke_jti(context, token.jti(), until))
        }
        PresentedToken::Access(_) => None,
    }
}

fn revoke_grant(context: &Context<'_>, facts: &Facts) -> Option<Commit> {
    let grant = facts
        .grant
        .as_ref()
        .filter(|grant| grant.revoked.is_none())?;
    // RFC7009-2.1: the token must have been issued to the client that asks
    let own: &Grant = (grant.client == context.client.client_id).then_some(grant)?;
    let mut event = context.event(EventKind::GrantRevoked);
    (event.user, event.grant) = (Some(own.user), Some(own.id));
    event.detail = RevokeReason::Revoked.as_str().to_owned();
    let revoked = context.revoked(RevokeReason::Revoked);
    Some(
        Commit::new(Pivot::RevokeGrant {
            grant: own.id,
            revoked,
        })
        .and(Effect::Feed(context.grant_revocation(own)))
        .and(Effect::Event(event)),
    )
}

fn revoke_jti(context: &Context<'_>, jti: &str, until: Time) -> Commit {
    let mut event = context.event(EventKind::TokenRevoked);
    event.detail = jti.to_owned();
    let digest = Digest::of(format!("revoked\0{jti}").as_bytes());
    let subject = FeedSubject::Jti(jti.to_owned());
    Commit::new(Pivot::UseOnce { digest, until })
        .and(Effect::Feed(FeedEntry {
            subject,
            at: context.now,
        }))
        .and(Effect::Event(event))
}
