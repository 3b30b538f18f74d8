//! `/introspect` (RFC 7662): what a caller may know about a presented token.

use airside_jose::VerifiedToken;
use serde::Serialize;

use crate::{
    client::{Client, RetryAlarm},
    profile::IssuerProfile,
    state::{
        decide::Facts,
        grant::{Grant, Judgement},
    },
    time::Time,
    token::{
        grant_type::person::alive,
        presented::{self, PresentedToken},
    },
};

/// The answer (RFC 7662 §2.2). An inactive token is described by nothing else.
#[derive(Debug, Default, Serialize)]
pub struct Introspection {
    /// True if the token would be accepted now.
    pub active: bool,
    /// Its claims, if the caller may see them.
    #[serde(flatten)]
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// Describes `token` to `caller`, or says that it is not active.
pub fn describe(
    token: &PresentedToken,
    caller: &Client,
    profile: &IssuerProfile,
    facts: &Facts,
    now: Time,
) -> Introspection {
    match token {
        PresentedToken::Access(token) => describe_access(token, caller, facts),
        PresentedToken::Refresh(token) => {
            let grant = facts.grant.as_ref().filter(|grant| {
                // RFC7662-4: a token of another client is not its business
                grant.client == caller.client_id
                    && now <= grant.refresh_expires_at(&profile.lifetimes)
                    && may_be_presented(token.generation, grant, (caller, profile), now)
                    && alive(profile, now, facts, grant).is_ok()
            });
            grant.map_or_else(Introspection::default, |grant| {
                refresh_claims(grant, facts, profile)
            })
        }
    }
}

/// Judged as if it were presented now: a void or superseded one would revoke its grant, and so would a retry that
/// raises the alarm of a client that wants it.
fn may_be_presented(
    generation: u32,
    grant: &Grant,
    (client, profile): (&Client, &IssuerProfile),
    now: Time,
) -> bool {
    let window = profile.lifetimes.refresh_token_retry_window;
    let would_revoke = match grant.rotation.judge(generation, window, now) {
        Judgement::Reuse | Judgement::Unissued => true,
        Judgement::Retry { alarm: true, .. } => {
            client.settings.refresh_token_retry_alarm == RetryAlarm::Revoke
        }
        Judgement::Retry { .. } | Judgement::Rotate(_) | Judgement::Reissue(_) => false,
    };
    grant.revoked.is_none() && !would_revoke
}

fn describe_access(token: &VerifiedToken, caller: &Client, facts: &Facts) -> Introspection {
    let serves = &caller.settings.resource_server_for;
    let visible = presented::issued_to(token, &caller.client_id)
        || token
            .audience()
            .iter()
            .any(|audience| serves.iter().any(|own| own == audience));
    if !visible || !presented::is_still_valid(token, facts) {
        return Introspection::default();
    }
    let mut claims = token.claims().clone();
    claims.insert("token_type".to_owned(), "Bearer".into());
    if let Some(user) = facts
        .user
        .as_ref()
        .filter(|_| presented::grant_id(token).is_some())
    {
        claims.insert("username".to_owned(), user.username.as_str().into());
    }
    Introspection {
        active: true,
        claims,
    }
}

fn refresh_claims(grant: &Grant, facts: &Facts, profile: &IssuerProfile) -> Introspection {
    let lifetimes = &profile.lifetimes;
    let session = facts.session.as_ref().filter(|_| !grant.terms.offline());
    let session_ends = session.map(|session| session.authentication.at.plus(lifetimes.session));
    let expires = grant.refresh_expires_at(lifetimes);
    let expires = session_ends.map_or(expires, |ends| ends.min(expires));
    let mut claims = serde_json::Map::new();
    let mut add = |name: &str, value: serde_json::Value| claims.insert(name.to_owned(), value);
    add("iss", profile.issuer.clone().into());
    add("sub", grant.user.to_string().into());
    add("client_id", grant.client.to_string().into());
    add("scope", grant.terms.access.scope().to_string().into());
    add("iat", grant.created_at.as_seconds().as_i64().into());
    add("exp", expires.as_seconds().as_i64().into());
    Introspection {
        active: true,
        claims,
    }
}
