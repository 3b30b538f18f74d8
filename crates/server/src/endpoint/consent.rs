//! `/consent`: a person allows a client something, or does not.

use std::sync::Arc;

use airside_oauth::{
    authorize::{AuthorizationRequest, Fresh, Next, Visit, next},
    consent::{Consent, ConsentKey},
    decide::{Commit, Effect, Facts, Pivot},
    error::{ErrorCode, OAuthError},
    event::{Event, EventKind},
    form::Params,
    id::EventId,
    interaction::{Interaction, Page},
    secret::Digest,
    session::Session,
    time::Time,
    user::User,
};
use airside_store::CommitError;
use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};

use crate::{
    arrival::Arrival,
    browser::{Cookie, is_cross_site},
    endpoint::{
        authorize::{
            BadRequest, check, issue_code, keys_for, malformed, refuse_wrong_host, seal, stale,
        },
        sign_in::cross_site,
    },
    input,
    issuer::Issuer,
    respond::{chain, page, see_other, unavailable_page},
    view::{ConsentPage, Hidden, ScopeLine, Standing},
};

/// `GET /consent`: who asks for what.
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
    let params = Params::parse(query.unwrap_or_default().as_bytes()).ok();
    let sealed = params
        .as_ref()
        .and_then(|params| params.one("interaction").ok().flatten());
    let Some(sealed) = sealed else {
        return stale(&issuer, &arrival);
    };
    let asked = match Asked::open(&issuer, &arrival, &headers, sealed).await {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    match asked.person() {
        Some((_, user)) => asked_page(&issuer, &asked.request, user, sealed),
        None => asked.restart(&issuer, &arrival),
    }
}

/// `POST /consent`: the decision.
pub async fn post(
    State(issuer): State<Arc<Issuer>>,
    Extension(arrival): Extension<Arrival>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if is_cross_site(&issuer, &headers) {
        return cross_site(&issuer, &arrival);
    }
    let form = match input::form(&headers, body).await {
        Ok(form) => form,
        Err(error) => return malformed(&issuer, &arrival, &error.to_string()),
    };
    let one = |name: &str| form.one(name).ok().flatten().unwrap_or_default();
    let asked = match Asked::open(&issuer, &arrival, &headers, one("interaction")).await {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    let Some((session, user)) = asked.person() else {
        return asked.restart(&issuer, &arrival);
    };
    match one("decision") {
        "allow" => allow(&issuer, &arrival, &asked, session, user, one("interaction")).await,
        "deny" => {
            let error = OAuthError::new(ErrorCode::AccessDenied, "the person did not allow this");
            let destination = Box::new(asked.request.destination.clone());
            BadRequest::Trusted(destination, error).respond(&issuer, &arrival)
        }
        _ => malformed(&issuer, &arrival, "decision is neither allow nor deny"),
    }
}

/// A consent page that was made here for this browser, with its request checked again.
struct Asked {
    interaction: Interaction,
    request: AuthorizationRequest,
    params: Params,
    facts: Facts,
}

impl Asked {
    async fn open(
        issuer: &Issuer,
        arrival: &Arrival,
        headers: &HeaderMap,
        sealed: &str,
    ) -> Result<Self, Box<Response>> {
        let interaction = Interaction::open(sealed, &issuer.keys().vault);
        let interaction = interaction.filter(|it| it.page == Page::Consent);
        let Some(interaction) = interaction else {
            return Err(Box::new(stale(issuer, arrival)));
        };
        let browser = Cookie::Browser.read(issuer, headers);
        if !interaction.belongs_to(browser.as_ref()) {
            return Err(Box::new(cross_site(issuer, arrival)));
        }
        let Some(params) = interaction.params() else {
            return Err(Box::new(stale(issuer, arrival)));
        };
        let checked =
            check(issuer, params).map_err(|refused| Box::new(refused.respond(issuer, arrival)))?;
        let keys = keys_for(issuer, headers, &checked.request);
        let facts = issuer.store.look(&keys).await;
        let facts =
            facts.map_err(|cause| Box::new(unavailable_page(issuer, arrival, &chain(&cause))))?;
        Ok(Self {
            interaction,
            request: checked.request,
            params: checked.params,
            facts,
        })
    }

    /// The person that the page was made for, if they are still signed in in the same session.
    fn person(&self) -> Option<(&Session, &User)> {
        let session = self.facts.session.as_ref()?;
        let same = self.interaction.session == Some(session.id);
        same.then_some(session).zip(self.facts.user.as_ref())
    }

    /// Starts over with the same request: the session is another one now.
    fn restart(&self, issuer: &Issuer, arrival: &Arrival) -> Response {
        match seal(
            issuer,
            Page::Request,
            None,
            None,
            &self.params,
            issuer.now(),
        ) {
            Some(sealed) => see_other(
                &issuer
                    .profile()
                    .endpoint(&format!("/authorize?interaction={sealed}")),
            ),
            None => stale(issuer, arrival),
        }
    }
}

async fn allow(
    issuer: &Issuer,
    arrival: &Arrival,
    asked: &Asked,
    session: &Session,
    user: &User,
    sealed: &str,
) -> Response {
    let now = issuer.now();
    if !asked.interaction.is_current(now) {
        return asked.restart(issuer, arrival);
    }
    // a sign-in that was asked for happened before this page was made, or the page would not exist
    let visit = Visit::SignedInSince(session.authentication.at);
    let step = next(
        &asked.request,
        &asked.facts,
        issuer.profile(),
        (visit, Fresh::Consent),
        now,
    );
    let consent_epoch = match step {
        Next::Issue(_, _, epoch) => epoch,
        Next::SignIn | Next::Consent(..) => return asked.restart(issuer, arrival),
        Next::Refuse(error) => {
            let destination = Box::new(asked.request.destination.clone());
            return BadRequest::Trusted(destination, error).respond(issuer, arrival);
        }
    };
    let commit = remembered(issuer, arrival, &asked.request, user, sealed, now);
    match issuer.store.commit(commit).await {
        Ok(()) => issue_code(
            issuer,
            arrival,
            &asked.request,
            (session, user),
            consent_epoch,
            now,
        ),
        // the page was submitted before
        Err(CommitError::Conflict) => stale(issuer, arrival),
        Err(CommitError::Unavailable(cause)) => unavailable_page(issuer, arrival, &chain(&cause)),
    }
}

/// The page is used up and the consent remembered, in one commit.
fn remembered(
    issuer: &Issuer,
    arrival: &Arrival,
    request: &AuthorizationRequest,
    user: &User,
    sealed: &str,
    now: Time,
) -> Commit {
    let destination = &request.destination;
    let key = ConsentKey {
        user: user.id,
        client: destination.client.client_id.clone(),
        redirect_host: destination.redirect_host(),
    };
    let event = Event {
        id: EventId::new(now, &issuer.draw()),
        at: now,
        kind: EventKind::ConsentGranted,
        client: Some(key.client.clone()),
        user: Some(user.id),
        grant: None,
        origin: arrival.origin.clone(),
        detail: request.access.scope().to_string(),
    };
    let digest = Digest::of(sealed.as_bytes());
    let until = now.plus(Page::Consent.lifetime());
    let consent = Consent {
        key,
        allowed: request.access.clone(),
        granted_at: now,
        epoch: 0,
    };
    Commit::new(Pivot::UseOnce { digest, until })
        .and(Effect::RememberConsent(consent))
        .and(Effect::Event(event))
}

fn asked_page(
    issuer: &Issuer,
    request: &AuthorizationRequest,
    user: &User,
    sealed: &str,
) -> Response {
    let destination = &request.destination;
    let scope = request.access.scope();
    let offline = request.access.openid.contains("offline_access");
    let until = issuer.now().plus(issuer.profile().lifetimes.refresh_token);
    let until = offline.then(|| in_words(until));
    let first_party = destination.client.settings.first_party;
    let html = issuer.view.consent(&ConsentPage {
        action: &issuer.profile().endpoint("/consent"),
        interaction: Hidden(sealed),
        client_name: destination.client.display_name(),
        client_host: &destination.redirect_host(),
        standing: if first_party {
            Standing::FirstParty
        } else {
            Standing::Unverified
        },
        username: user.username.as_str(),
        scopes: scope.iter().map(ScopeLine::new).collect(),
        resources: request.access.apis.keys().map(String::as_str).collect(),
        stays_until: until.as_deref(),
    });
    page(StatusCode::OK, html, &destination.form_action())
}

/// A date as people write it, in UTC.
fn in_words(time: Time) -> String {
    jiff::Timestamp::from_millisecond(time.as_millis()).map_or_else(
        |_| String::new(),
        |at| at.strftime("%-d %B %Y, %H:%M UTC").to_string(),
    )
}
