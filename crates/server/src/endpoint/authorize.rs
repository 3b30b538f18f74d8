//! `/authorize` (RFC 6749 §3.1): what must happen next, and the pages that ask for it.

use std::sync::Arc;

use airside_jose::{Expiry, verify_id_token};
use airside_oauth::{
    authorize::{
        AuthorizationRequest, Destination, Fresh, Next, Untrusted, Visit, client_id, next,
    },
    client::{Client, ClientOrigin},
    decide::Commit,
    decide::{ConsentLookup, Facts, Keys, Pivot},
    error::{ErrorCode, OAuthError},
    form::Params,
    id::UserId,
    interaction::{Interaction, Page},
    secret::Digest,
    session::Session,
    time::Time,
    user::User,
};
use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode, header};

use crate::{
    arrival::Arrival,
    browser::{Cookie, wrong_host},
    input,
    issuer::Issuer,
    respond::{chain, error_page, page, see_other, unavailable_page},
    view::{Details, WrongHostPage},
};

/// A good request with what it took to check it.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) request: AuthorizationRequest,
    pub(super) params: Params,
}

/// `GET /authorize`: a new request, or one that comes back from a page.
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
    let query = query.unwrap_or_default();
    if query.len() > MOST_QUERY_BYTES {
        let sentence = "This request is too long.";
        return error_page(&issuer, &arrival, StatusCode::URI_TOO_LONG, sentence, None);
    }
    let params = match Params::parse(query.as_bytes()) {
        Ok(params) => params,
        Err(error) => return malformed(&issuer, &arrival, &error.to_string()),
    };
    let (params, visit) = match params.one("interaction").ok().flatten() {
        None => (params, Visit::Arriving),
        Some(sealed) => match returning(&issuer, sealed, &headers) {
            Some(returned) => returned,
            None => return stale(&issuer, &arrival),
        },
    };
    match check(&issuer, params) {
        Ok(checked) => go_on(&issuer, &arrival, &headers, &checked, visit).await,
        Err(refused) => refused.respond(&issuer, &arrival),
    }
}

/// `POST /authorize`: changes nothing; sends the browser on with the same request as a sealed GET,
/// so that its cookies are there whatever site it came from.
pub async fn post(
    State(issuer): State<Arc<Issuer>>,
    Extension(arrival): Extension<Arrival>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let params = match input::form(&headers, body).await {
        Ok(params) => params,
        Err(error) => return malformed(&issuer, &arrival, &error.to_string()),
    };
    let checked = match check(&issuer, params) {
        Ok(checked) => checked,
        Err(refused) => return refused.respond(&issuer, &arrival),
    };
    let sealed = seal(
        &issuer,
        Page::Request,
        None,
        None,
        &checked.params,
        issuer.now(),
    );
    match sealed {
        Some(sealed) => see_other(
            &issuer
                .profile()
                .endpoint(&format!("/authorize?interaction={sealed}")),
        ),
        None => unavailable_page(&issuer, &arrival, "the interaction could not be sealed"),
    }
}

/// Why a request is no good: told to the person, or sent to the client.
pub(super) enum BadRequest {
    Untrusted(Untrusted, Option<Arc<Client>>),
    Trusted(Box<Destination>, OAuthError),
}

impl BadRequest {
    pub(super) fn respond(self, issuer: &Issuer, arrival: &Arrival) -> Response {
        match self {
            Self::Untrusted(untrusted, client) => {
                untrusted_page(issuer, arrival, &untrusted, client.as_deref())
            }
            Self::Trusted(destination, error) => {
                let trace_id = &arrival.origin.trace_id;
                let client = destination.client.client_id.as_str();
                tracing::info!(trace_id, client, error = %error, "authorization request refused");
                issuer.metrics.refused("authorize", error.code.as_str());
                see_other(&destination.failure(&issuer.profile().issuer, &error))
            }
        }
    }
}

/// Every check of the request against the client as it is now.
pub(super) fn check(issuer: &Issuer, params: Params) -> Result<Checked, BadRequest> {
    let id = client_id(&params).map_err(|untrusted| BadRequest::Untrusted(untrusted, None))?;
    let client = issuer.client(&id).ok_or_else(|| {
        let received = id.to_string();
        BadRequest::Untrusted(Untrusted::ClientUnknown { received }, None)
    })?;
    let destination = Destination::of(&params, Arc::clone(&client))
        .map_err(|untrusted| BadRequest::Untrusted(untrusted, Some(client)))?;
    if params.render().len() > MOST_REQUEST_BYTES {
        let error = OAuthError::invalid_request("the parameters are longer than 8 KiB together");
        return Err(BadRequest::Trusted(Box::new(destination), error));
    }
    let hint = |hint: &str| hinted_user(issuer, hint, &destination);
    match AuthorizationRequest::check(&params, destination.clone(), issuer.profile(), hint) {
        Ok(request) => Ok(Checked { request, params }),
        Err(error) => Err(BadRequest::Trusted(Box::new(destination), error)),
    }
}

/// Whom an `id_token_hint` names: an ID token of ours for this client, expired or not.
fn hinted_user(
    issuer: &Issuer,
    hint: &str,
    destination: &Destination,
) -> Result<UserId, OAuthError> {
    let keys = issuer.keys();
    let now = issuer.now();
    let client = destination.client.client_id.as_str();
    let name = &issuer.profile().issuer;
    let source = keys.keyring.accepted_for_hints(now);
    let refused = || {
        OAuthError::new(
            ErrorCode::LoginRequired,
            "id_token_hint is not an ID token of this client",
        )
    };
    let token = verify_id_token(
        hint,
        &source,
        name,
        Some(client),
        now.as_seconds(),
        Expiry::Ignored,
    )
    .map_err(|_| refused())?;
    token.subject().parse().map_err(|_| refused())
}

/// What a page gave back, if it was made here, is young enough and belongs to this browser.
fn returning(issuer: &Issuer, sealed: &str, headers: &HeaderMap) -> Option<(Params, Visit)> {
    let interaction = Interaction::open(sealed, &issuer.keys().vault)?;
    let params = interaction.params()?;
    match interaction.page {
        Page::Request if interaction.is_current(issuer.now()) => Some((params, Visit::Arriving)),
        Page::SignIn => {
            let browser = Cookie::Browser.read(issuer, headers);
            let own =
                interaction.belongs_to(browser.as_ref()) && interaction.is_current(issuer.now());
            // the same request again is worth more than "session not found"
            let since = Visit::SignedInSince(interaction.created_at);
            Some((params, if own { since } else { Visit::Arriving }))
        }
        _ => None,
    }
}

pub(super) fn keys_for(
    issuer: &Issuer,
    headers: &HeaderMap,
    request: &AuthorizationRequest,
) -> Keys {
    let destination = &request.destination;
    Keys {
        session_cookie: Cookie::Session.read(issuer, headers),
        consent: Some(ConsentLookup {
            user: None,
            client: destination.client.client_id.clone(),
            redirect_host: destination.redirect_host(),
        }),
        ..Keys::default()
    }
}

async fn go_on(
    issuer: &Issuer,
    arrival: &Arrival,
    headers: &HeaderMap,
    checked: &Checked,
    visit: Visit,
) -> Response {
    let request = &checked.request;
    let now = issuer.now();
    let keys = keys_for(issuer, headers, request);
    let facts = match issuer.store.look(&keys).await {
        Ok(facts) => facts,
        Err(cause) => return unavailable_page(issuer, arrival, &chain(&cause)),
    };
    note_session(issuer, &facts, now).await;
    match next(
        request,
        &facts,
        issuer.profile(),
        (visit, Fresh::Nothing),
        now,
    ) {
        Next::SignIn => to_page(issuer, arrival, headers, checked, (Page::SignIn, None)),
        Next::Consent(session, _) => to_page(
            issuer,
            arrival,
            headers,
            checked,
            (Page::Consent, Some(session)),
        ),
        Next::Issue(session, user, consent) => {
            issue_code(issuer, arrival, request, (session, user), consent, now)
        }
        Next::Refuse(error) => BadRequest::Trusted(Box::new(request.destination.clone()), error)
            .respond(issuer, arrival),
    }
}

/// Sends the browser back to the client with a code (RFC 6749 §4.1.2).
pub(super) fn issue_code(
    issuer: &Issuer,
    arrival: &Arrival,
    request: &AuthorizationRequest,
    signed_in: (&Session, &User),
    consent: Option<u32>,
    now: Time,
) -> Response {
    let draw = issuer.draw();
    let code = request.code(signed_in, consent, now, &draw);
    match code.seal(&issuer.keys().vault, now, &draw) {
        Some(code) => see_other(&request.destination.success(&issuer.profile().issuer, &code)),
        None => {
            let error = OAuthError::invalid_request(
                "scope, resource, nonce and redirect_uri are too long together for a code",
            );
            let destination = Box::new(request.destination.clone());
            BadRequest::Trusted(destination, error).respond(issuer, arrival)
        }
    }
}

/// Sends the browser to one of our pages with the request sealed into the address.
fn to_page(
    issuer: &Issuer,
    arrival: &Arrival,
    headers: &HeaderMap,
    checked: &Checked,
    (to, session): (Page, Option<&Session>),
) -> Response {
    let (new_cookie, browser) = match Cookie::Browser.read(issuer, headers) {
        Some(browser) => (None, browser),
        None => {
            let (header, digest) = Cookie::Browser.make(issuer, &issuer.draw());
            (Some(header), digest)
        }
    };
    let now = issuer.now();
    let Some(sealed) = seal(issuer, to, Some(&browser), session, &checked.params, now) else {
        return unavailable_page(issuer, arrival, "the interaction could not be sealed");
    };
    let path = if to == Page::Consent {
        "/consent"
    } else {
        "/sign-in"
    };
    let mut response = see_other(
        &issuer
            .profile()
            .endpoint(&format!("{path}?interaction={sealed}")),
    );
    response
        .headers_mut()
        .extend(new_cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// Seals a request for a page.
pub(super) fn seal(
    issuer: &Issuer,
    page: Page,
    browser: Option<&Digest>,
    session: Option<&Session>,
    params: &Params,
    now: Time,
) -> Option<String> {
    let interaction = Interaction {
        page,
        created_at: now,
        browser: browser.map(|digest| *digest.as_bytes()),
        session: session.map(|session| session.id),
        query: params.render(),
    };
    interaction.seal(&issuer.keys().vault, &issuer.draw())
}

/// Keeps a session from idling out; at most one write in some minutes, and none that matters.
async fn note_session(issuer: &Issuer, facts: &Facts, now: Time) {
    let alive = |s: &&Session| s.alive(&issuer.profile().lifetimes, now) && s.should_note(now);
    if let Some(session) = facts.session.as_ref().filter(alive) {
        let pivot = Pivot::SeeSession {
            session: session.id,
            at: now,
        };
        drop(issuer.store.commit(Commit::new(pivot)).await);
    }
}

pub(super) fn refuse_wrong_host(
    issuer: &Issuer,
    headers: &HeaderMap,
    uri: &http::Uri,
) -> Option<Response> {
    let opened = wrong_host(issuer, headers, uri)?;
    let name = &issuer.profile().issuer;
    let fix = format!("airside serve --issuer http://{opened}");
    let shown = WrongHostPage {
        opened: &opened,
        issuer: name,
        fix: &fix,
    };
    Some(page(
        StatusCode::MISDIRECTED_REQUEST,
        issuer.view.wrong_host(&shown),
        "",
    ))
}

pub(crate) fn malformed(issuer: &Issuer, arrival: &Arrival, why: &str) -> Response {
    let details = Details {
        received: Some(why),
        open: true,
        ..Details::default()
    };
    let sentence = "The app sent a request that cannot be read.";
    error_page(
        issuer,
        arrival,
        StatusCode::BAD_REQUEST,
        sentence,
        Some(details),
    )
}

pub(super) fn stale(issuer: &Issuer, arrival: &Arrival) -> Response {
    let sentence =
        "This page has expired or belongs to another browser. Go back to the app and start again.";
    error_page(issuer, arrival, StatusCode::BAD_REQUEST, sentence, None)
}

/// RFC6749-4.1.2.1: nothing is sent to an address that the client did not register.
fn untrusted_page(
    issuer: &Issuer,
    arrival: &Arrival,
    untrusted: &Untrusted,
    client: Option<&Client>,
) -> Response {
    issuer.metrics.refused("authorize", "untrusted");
    let client_name = client.map(Client::display_name);
    let show = |sentence: &str, details: Details<'_>| {
        error_page(
            issuer,
            arrival,
            StatusCode::BAD_REQUEST,
            sentence,
            Some(details),
        )
    };
    match untrusted {
        Untrusted::ClientIdMissing => show(
            "The app that sent you here did not say which app it is.",
            Details {
                open: true,
                why: Some("client_id is missing (RFC 6749 §4.1.1)"),
                ..Details::default()
            },
        ),
        Untrusted::Repeated(name) => {
            let why = format!("{name} was sent twice (RFC 6749 §3.1)");
            show(
                "The app that sent you here sent a contradictory request.",
                Details {
                    open: true,
                    client_name,
                    why: Some(&why),
                    ..Details::default()
                },
            )
        }
        Untrusted::ClientUnknown { received } => show(
            "The app that sent you here is not registered.",
            Details {
                open: true,
                received: Some(received),
                fix: Some("airside client list"),
                why: Some("client_id names no client of this issuer (RFC 6749 §4.1.2.1)"),
                ..Details::default()
            },
        ),
        Untrusted::RedirectUriMissing => show(
            "The app that sent you here did not say where to return to.",
            Details {
                open: true,
                client_name,
                why: Some(
                    "redirect_uri is missing, and the client has not registered exactly one (RFC 6749 §3.1.2.3)",
                ),
                ..Details::default()
            },
        ),
        Untrusted::RedirectUriNotRegistered { received, nearest } => {
            let differs = nearest
                .as_ref()
                .map(|(_, difference)| difference.to_string());
            let fix = client.map(|client| how_to_add(client, received));
            show(
                "The app that sent you here gave a return address that it has not registered.",
                Details {
                    client_name,
                    received: Some(received),
                    nearest: nearest.as_ref().map(|(uri, _)| uri.as_str()),
                    differs: differs.as_deref(),
                    fix: fix.as_deref(),
                    why: Some("redirect URIs are compared byte for byte (RFC 9700 §2.1)"),
                    open: true,
                },
            )
        }
    }
}

/// What whoever owns the registration must do.
fn how_to_add(client: &Client, uri: &str) -> String {
    let id = &client.client_id;
    match client.origin {
        ClientOrigin::Administration => {
            format!("airside client edit {id} --add-redirect-uri '{uri}'")
        }
        ClientOrigin::Configuration => {
            format!("add '{uri}' to redirect_uris of the client {id} in the configuration file")
        }
    }
}

/// Sealed into an address, the request grows by half and must stay below [`MOST_QUERY_BYTES`].
const MOST_REQUEST_BYTES: usize = 8 * 1024;

/// With the other headers, the address must stay below what servers accept: 16 KiB.
const MOST_QUERY_BYTES: usize = 12 * 1024;
