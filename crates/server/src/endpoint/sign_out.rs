//! `/sign-out` (OpenID Connect RP-Initiated Logout 1.0): a person ends their session.

use std::sync::Arc;

use airside_jose::{Expiry, verify_id_token};
use airside_oauth::{
    client::Client,
    decide::{Commit, Effect, GrantOwner, Keys, Pivot},
    event::{Event, EventKind},
    form::Params,
    grant::{RevokeReason, Revoked},
    id::{ClientId, EventId, SessionId},
    interaction::{Interaction, Page},
    session::Session,
};
use airside_store::{CommitError, Unavailable};
use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    response::Response,
};
use form_urlencoded::Serializer;
use http::{HeaderMap, StatusCode, header};

use crate::{
    arrival::Arrival,
    browser::{Cookie, is_cross_site},
    endpoint::{
        authorize::{malformed, refuse_wrong_host, seal, stale},
        sign_in::cross_site,
    },
    input,
    issuer::Issuer,
    respond::{chain, page, see_other, unavailable_page},
    view::{Hidden, SignOutPage},
};

/// `GET /sign-out`: asks for confirmation; changes nothing.
pub async fn get(
    State(issuer): State<Arc<Issuer>>,
    Extension(arrival): Extension<Arrival>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: http::Uri,
) -> Response {
    if let Some(response) = refuse_wrong_host(&issuer, &headers, &uri) {
        return response;
    }
    let params = match Params::parse(query.unwrap_or_default().as_bytes()) {
        Ok(params) => unseal(&issuer, params),
        Err(error) => return malformed(&issuer, &arrival, &error.to_string()),
    };
    let keys = Keys {
        session_cookie: Cookie::Session.read(&issuer, &headers),
        ..Keys::default()
    };
    let facts = match issuer.store.look(&keys).await {
        Ok(facts) => facts,
        Err(cause) => return unavailable_page(&issuer, &arrival, &chain(&cause)),
    };
    let alive = |s: &&Session| s.alive(&issuer.profile().lifetimes, issuer.now());
    let client = asking_client(&issuer, &params);
    let Some(session) = facts.session.as_ref().filter(alive) else {
        return signed_out(&issuer, &params, client.as_deref());
    };
    let browser = Cookie::Browser.read(&issuer, &headers);
    let now = issuer.now();
    let sealed = seal(
        &issuer,
        Page::SignOut,
        browser.as_ref(),
        Some(session),
        &params,
        now,
    );
    let Some(sealed) = sealed else {
        return stale(&issuer, &arrival);
    };
    let action = issuer.profile().endpoint("/sign-out");
    let html = issuer.view.sign_out(&SignOutPage {
        action: &action,
        interaction: Hidden(&sealed),
        username: facts.user.as_ref().map(|user| user.username.as_str()),
        client_name: client.as_ref().map(|client| client.display_name()),
    });
    let origin = returning_to(&params, client.as_deref()).map(|(_, origin)| origin);
    page(StatusCode::OK, html, &origin.unwrap_or_default())
}

/// `POST /sign-out`: our own form ends the session; anything else is sent to the form.
pub async fn post(
    State(issuer): State<Arc<Issuer>>,
    Extension(arrival): Extension<Arrival>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = match input::form(&headers, body).await {
        Ok(form) => form,
        Err(error) => return malformed(&issuer, &arrival, &error.to_string()),
    };
    let sealed = form.one("interaction").ok().flatten().unwrap_or_default();
    let interaction = Interaction::open(sealed, &issuer.keys().vault);
    let Some(interaction) = interaction.filter(|it| it.page == Page::SignOut) else {
        let sealed = seal(&issuer, Page::Request, None, None, &form, issuer.now());
        let path = format!("/sign-out?interaction={}", sealed.unwrap_or_default());
        return see_other(&issuer.profile().endpoint(&path));
    };
    let browser = Cookie::Browser.read(&issuer, &headers);
    if is_cross_site(&issuer, &headers) || !interaction.belongs_to(browser.as_ref()) {
        return cross_site(&issuer, &arrival);
    }
    let (Some(params), true) = (interaction.params(), interaction.is_current(issuer.now())) else {
        return stale(&issuer, &arrival);
    };
    if let Err(cause) = end_all(&issuer, &arrival, &headers, interaction.session).await {
        return unavailable_page(&issuer, &arrival, &chain(&cause));
    }
    let client = asking_client(&issuer, &params);
    let mut response = signed_out(&issuer, &params, client.as_deref());
    response
        .headers_mut()
        .append(header::SET_COOKIE, Cookie::Session.clear(&issuer));
    response
}

/// Back to the client that asked, if it may be returned to; else a page that says so.
fn signed_out(issuer: &Issuer, params: &Params, client: Option<&Client>) -> Response {
    match returning_to(params, client) {
        Some((location, _)) => see_other(&location),
        None => page(StatusCode::OK, issuer.view.signed_out(), ""),
    }
}

/// Ends the session that the page was made for, and the one that the browser has now if it signed in
/// again since: its cookie is about to be forgotten, so it must not live on.
async fn end_all(
    issuer: &Issuer,
    arrival: &Arrival,
    headers: &HeaderMap,
    shown: Option<SessionId>,
) -> Result<(), Unavailable> {
    let keys = Keys {
        session_cookie: Cookie::Session.read(issuer, headers),
        ..Keys::default()
    };
    let facts = issuer.store.look(&keys).await?;
    let current = facts.session.map(|session| session.id);
    let other = current.filter(|current| shown != Some(*current));
    for session in shown.into_iter().chain(other) {
        let how = Ending {
            reason: RevokeReason::SignedOut,
            detail: "signed out",
        };
        match issuer
            .store
            .commit(ending(issuer, arrival, session, how))
            .await
        {
            // it had ended already
            Ok(()) | Err(CommitError::Conflict) => {}
            Err(CommitError::Unavailable(cause)) => return Err(cause),
        }
    }
    Ok(())
}

/// Who ended a session.
pub(crate) struct Ending {
    pub(crate) reason: RevokeReason,
    /// For the audit trail.
    pub(crate) detail: &'static str,
}

/// Ends the session and its grants, except those with `offline_access`.
pub(crate) fn ending(
    issuer: &Issuer,
    arrival: &Arrival,
    session: SessionId,
    how: Ending,
) -> Commit {
    let now = issuer.now();
    let event = Event {
        id: EventId::new(now, &issuer.draw()),
        at: now,
        kind: EventKind::SessionEnded,
        client: None,
        user: None,
        grant: None,
        origin: arrival.origin.clone(),
        detail: how.detail.to_owned(),
    };
    Commit::new(Pivot::EndSession { session, at: now })
        .and(Effect::RevokeGrantsOf {
            owner: GrantOwner::Session(session),
            revoked: Revoked {
                at: now,
                reason: how.reason,
            },
        })
        .and(Effect::Event(event))
}

fn unseal(issuer: &Issuer, params: Params) -> Params {
    let sealed = params.one("interaction").ok().flatten();
    let interaction = sealed.and_then(|text| Interaction::open(text, &issuer.keys().vault));
    let inner = interaction
        .filter(|it| it.page == Page::Request)
        .and_then(|it| it.params());
    inner.unwrap_or(params)
}

/// The client that a valid `id_token_hint` was issued to: only it may ask for a return.
fn asking_client(issuer: &Issuer, params: &Params) -> Option<Arc<Client>> {
    let hint = params.one("id_token_hint").ok().flatten()?;
    let keys = issuer.keys();
    let now = issuer.now();
    let source = keys.keyring.accepted_for_hints(now);
    let name = &issuer.profile().issuer;
    let token =
        verify_id_token(hint, &source, name, None, now.as_seconds(), Expiry::Ignored).ok()?;
    let client: ClientId = token.audience().first()?.parse().ok()?;
    let named = params.one("client_id").ok().flatten();
    if named.is_some_and(|named| named != client.as_str()) {
        return None;
    }
    issuer.client(&client)
}

/// Where to go afterwards, and the origin for the form's policy.
fn returning_to(params: &Params, client: Option<&Client>) -> Option<(String, String)> {
    let asked = params.one("post_logout_redirect_uri").ok().flatten()?;
    let registered = client?
        .post_logout_redirect_uris
        .iter()
        .find(|uri| uri.matches(asked))?;
    let mut location = asked.to_owned();
    if let Some(state) = params.one("state").ok().flatten() {
        let separator = if asked.contains('?') { '&' } else { '?' };
        let query = Serializer::new(String::new())
            .append_pair("state", state)
            .finish();
        location = format!("{asked}{separator}{query}");
    }
    Some((location, registered.origin()))
}
