//! Tokens that an operator looks at or ends.

use airside_jose::{Expiry, VerifiedToken, VerifyError, verify_id_token};
use airside_oauth::{
    id::{ClientId, GrantId, UserId},
    key::secret::Digest,
    state::{
        decide::{Commit, Effect, Facts, Pivot},
        event::EventKind,
        feed::{FeedEntry, FeedSubject},
        grant::Grant,
    },
    time::Time,
    token::{
        presented::{PresentedToken, access_token, is_still_valid},
        refresh_token::RefreshToken,
    },
};
use airside_resource::Function;
use airside_store::CommitError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    AdminError,
    action::{InspectTokens, RevokeTokens},
    answer::Reply,
    call::Call,
    grant,
    input::Nothing,
};
use crate::{issuer::Issuer, request_context::RequestContext};

/// A token to inspect or revoke.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TokenText")]
pub(super) struct TokenQuery {
    /// The token.
    token: String,
}

/// The description of a token.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(default)]
pub(super) struct InspectedToken {
    /// True if it is accepted now.
    active: bool,
    /// The reason.
    why: String,
    /// The kind of the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    /// The name of the key that signed an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    /// The claims of an access token or an ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Map<String, Value>>,
    /// The grant of a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<GrantId>,
    /// The generation of the refresh token within its grant, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<u32>,
    /// The client of the grant, or the one that an ID token is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    /// The person whose grant it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<UserId>,
    /// The scopes of the grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// The confirmation that a token or its grant has ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Revocation {
    /// Always `true`.
    revoked: bool,
}

/// Describes a token: its kind, whether it is still valid, and if not why.
pub(super) async fn inspect(
    _: Function<InspectTokens>,
    call: Call<Nothing, Nothing, TokenQuery>,
) -> Result<Reply<InspectedToken>, AdminError> {
    let (asked, issuer) = (&call.body, &call.context.issuer);
    let keys = issuer.keys();
    let (profile, now) = (issuer.profile(), issuer.now());
    if let Some(token) = keys.presented(&asked.token, &profile, now) {
        let facts = issuer.store.look(&token.keys()).await?;
        return Ok(Reply(described(&token, &facts)));
    }
    let why = match access_token(&asked.token, &profile, &keys.keyring, now) {
        Err(VerifyError::WrongType) => match id_token(issuer, &asked.token) {
            Ok(described) => return Ok(Reply(described)),
            Err(refused) => refused.to_string(),
        },
        Err(refused) => refused.to_string(),
        Ok(_) => "not made here".to_owned(),
    };
    let nothing = InspectedToken::default();
    Ok(Reply(InspectedToken { why, ..nothing }))
}

/// Describes an ID token of this issuer, as its client verifies it but for the nonce.
fn id_token(issuer: &Issuer, text: &str) -> Result<InspectedToken, VerifyError> {
    let (keys, now) = (issuer.keys(), issuer.now());
    let name = &issuer.profile().issuer;
    let accepted = keys.keyring.accepted(now);
    let seconds = now.as_seconds();
    let token = verify_id_token(text, &accepted, name, None, seconds, Expiry::Enforced)?;
    // OIDC-Core-2: the audience is the `client_id`; other values would be other readers
    let mut named = token.audience().iter().filter_map(|one| one.parse().ok());
    let client = named.find(|id: &ClientId| issuer.client(id).is_some());
    let why = match &client {
        Some(_) => FOR_ITS_CLIENT,
        None => "signed here, but its client is gone or disabled",
    };
    Ok(InspectedToken {
        active: client.is_some(),
        why: why.to_owned(),
        kind: Some("ID token"),
        claims: Some(token.claims().clone()),
        client_id: client,
        ..InspectedToken::default()
    })
}

fn described(token: &PresentedToken, facts: &Facts) -> InspectedToken {
    match token {
        PresentedToken::Access(token) => access(token, facts),
        PresentedToken::Refresh(token) => refresh(token, facts.grant.as_ref()),
    }
}

fn access(token: &VerifiedToken, facts: &Facts) -> InspectedToken {
    let active = is_still_valid(token, facts);
    let why = match active {
        true => "is_still_valid",
        false => "revoked, or its account is gone or disabled",
    };
    InspectedToken {
        active,
        why: why.to_owned(),
        kind: Some("access token"),
        kid: token.kid().map(str::to_owned),
        claims: Some(token.claims().clone()),
        ..InspectedToken::default()
    }
}

fn refresh(token: &RefreshToken, grant: Option<&Grant>) -> InspectedToken {
    let is_current = grant.is_some_and(|grant| token.generation == grant.rotation.current);
    let revoked = grant.and_then(|grant| grant.revoked);
    let why = match (grant, revoked) {
        (None, _) => "its grant does not exist".to_owned(),
        (Some(_), Some(revoked)) => format!("its grant was revoked: {}", revoked.reason.as_str()),
        (Some(_), None) if is_current => "current".to_owned(),
        (Some(_), None) => "superseded".to_owned(),
    };
    InspectedToken {
        active: is_current && revoked.is_none(),
        why,
        kind: Some("refresh token"),
        grant_id: Some(token.family),
        generation: Some(token.generation),
        client_id: grant.map(|grant| grant.client.clone()),
        sub: grant.map(|grant| grant.user),
        scope: grant.map(|grant| grant.terms.access.scope().to_string()),
        ..InspectedToken::default()
    }
}

/// Ends a token, or the grant that it belongs to, for any client.
pub(super) async fn revoke(
    _: Function<RevokeTokens>,
    call: Call<Nothing, Nothing, TokenQuery>,
) -> Result<Reply<Revocation>, AdminError> {
    let (asked, context) = (&call.body, &call.context);
    let issuer = &context.issuer;
    let keys = issuer.keys();
    let now = issuer.now();
    let token = keys
        .presented(&asked.token, &issuer.profile(), now)
        .ok_or_else(|| AdminError::not_found("this token was not made here, or has expired"))?;
    let facts = issuer.store.look(&token.keys()).await?;
    let commit = commit(context, &token, &facts, now)?;
    match issuer.store.commit(commit).await {
        Ok(()) | Err(CommitError::Conflict) => Ok(Reply(Revocation { revoked: true })),
        Err(cause) => Err(cause.into()),
    }
}

fn commit(
    context: &RequestContext,
    token: &PresentedToken,
    facts: &Facts,
    now: Time,
) -> Result<Commit, AdminError> {
    if let Some(grant) = &facts.grant {
        return Ok(grant::revocation(context, grant));
    }
    let PresentedToken::Access(token) = token else {
        let gone = "the grant of this token does not exist any more";
        return Err(AdminError::not_found(gone));
    };
    Ok(revocation_of(context, token, now))
}

/// The revocation of a token without a grant, by its `jti`.
fn revocation_of(context: &RequestContext, token: &VerifiedToken, now: Time) -> Commit {
    let mut ended = context.event(EventKind::TokenRevoked);
    ended.client = token.client_id().parse().ok();
    ended.detail = token.jti().to_owned();
    let until = Time::from_seconds(token.expires_at());
    let digest = Digest::of(format!("revoked\0{}", token.jti()).as_bytes());
    let subject = FeedSubject::Jti(token.jti().to_owned());
    Commit::new(Pivot::UseOnce { digest, until })
        .and(Effect::Feed(FeedEntry { subject, at: now }))
        .and(Effect::Event(ended))
}

const FOR_ITS_CLIENT: &str = "signed here for the client in `aud` to read, not for an API; \
    the nonce is not checked, because only that client knows it";
