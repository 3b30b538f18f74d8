//! `/sign-in`: a person proves who they are.

use std::sync::Arc;

use airside_oauth::{
    authorize::AuthorizationRequest,
    decide::{Commit, Effect, GrantOwner, Keys, Pivot},
    event::{Event, EventKind},
    form::Params,
    grant::{RevokeReason, Revoked},
    id::{EventId, SessionId},
    interaction::{Interaction, Page},
    secret::Secret,
    session::{Authentication, Session},
    user::{User, Username},
};
use airside_store::CommitError;
use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    arrival::Arrival,
    browser::{Cookie, is_cross_site},
    endpoint::authorize::{Checked, check, malformed, refuse_wrong_host, seal, stale},
    input,
    issuer::Issuer,
    respond::{chain, error_page, page, see_other, unavailable_page},
    view::{Hidden, SignInPage},
};

/// `GET /sign-in`: the form.
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
    let Some((interaction, sealed)) = sealed.and_then(|text| open(&issuer, text).zip(Some(text)))
    else {
        return stale(&issuer, &arrival);
    };
    if !interaction.is_current(issuer.now()) {
        return restart(&issuer, &arrival, &interaction);
    }
    match interaction.params().map(|params| check(&issuer, params)) {
        Some(Ok(Checked { request, .. })) => {
            let username = request.login_hint.clone().unwrap_or_default();
            form_page(
                &issuer,
                &request,
                Form {
                    sealed,
                    username: &username,
                    ..Form::default()
                },
            )
        }
        Some(Err(refused)) => refused.respond(&issuer, &arrival),
        None => stale(&issuer, &arrival),
    }
}

/// `POST /sign-in`: the name and the password.
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
    let sealed = one("interaction");
    let Some(interaction) = open(&issuer, sealed) else {
        return stale(&issuer, &arrival);
    };
    let browser = Cookie::Browser.read(&issuer, &headers);
    if !interaction.belongs_to(browser.as_ref()) {
        return cross_site(&issuer, &arrival);
    }
    if !interaction.is_current(issuer.now()) {
        return restart(&issuer, &arrival, &interaction);
    }
    let request = match interaction.params().map(|params| check(&issuer, params)) {
        Some(Ok(Checked { request, .. })) => request,
        Some(Err(refused)) => return refused.respond(&issuer, &arrival),
        None => return stale(&issuer, &arrival),
    };
    let (username, password) = (one("username"), Secret::new(one("password")));
    let attempt = Attempt {
        issuer: &issuer,
        arrival: &arrival,
        headers: &headers,
    };
    match attempt.sign_in(username, password).await {
        Ok(cookie) => {
            let path = format!("/authorize?interaction={sealed}");
            let mut response = see_other(&issuer.profile().endpoint(&path));
            response.headers_mut().append(header::SET_COOKIE, cookie);
            response
        }
        Err(refusal) => refused(&issuer, &arrival, &request, sealed, username, refusal),
    }
}

pub(super) fn cross_site(issuer: &Issuer, arrival: &Arrival) -> Response {
    let sentence = "This form was sent by another site, or your browser does not accept cookies. Nothing was changed. Go back to the app and start again.";
    error_page(issuer, arrival, StatusCode::FORBIDDEN, sentence, None)
}

fn open(issuer: &Issuer, sealed: &str) -> Option<Interaction> {
    Interaction::open(sealed, &issuer.keys().vault).filter(|it| it.page == Page::SignIn)
}

/// An idle page starts over with the same request, in one redirect.
fn restart(issuer: &Issuer, arrival: &Arrival, interaction: &Interaction) -> Response {
    let params = interaction.params();
    let sealed =
        params.and_then(|params| seal(issuer, Page::Request, None, None, &params, issuer.now()));
    match sealed {
        Some(sealed) => see_other(
            &issuer
                .profile()
                .endpoint(&format!("/authorize?interaction={sealed}")),
        ),
        None => stale(issuer, arrival),
    }
}

#[derive(Default)]
struct Form<'a> {
    sealed: &'a str,
    username: &'a str,
    error: Option<&'a str>,
    notice: Option<&'a str>,
}

fn form_page(issuer: &Issuer, request: &AuthorizationRequest, form: Form<'_>) -> Response {
    let action = issuer.profile().endpoint("/sign-in");
    let html = issuer.view.sign_in(&SignInPage {
        action: &action,
        interaction: Hidden(form.sealed),
        client_name: request.destination.client.display_name(),
        client_host: &request.destination.redirect_host(),
        username: form.username,
        error: form.error,
        notice: form.notice,
    });
    let status = if form.error.is_some() {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::OK
    };
    page(status, html, &request.destination.form_action())
}

/// Why a sign-in was refused.
enum Refusal {
    /// The same words for an unknown name, a wrong password and a disabled account.
    Wrong,
    TooMany(std::time::Duration),
    TooLong,
    Busy,
    Unavailable(String),
}

fn refused(
    issuer: &Issuer,
    arrival: &Arrival,
    request: &AuthorizationRequest,
    sealed: &str,
    username: &str,
    refusal: Refusal,
) -> Response {
    let form = |error| {
        form_page(
            issuer,
            request,
            Form {
                sealed,
                username,
                error: Some(error),
                notice: None,
            },
        )
    };
    match refusal {
        Refusal::Wrong => form("The username or the password is not right."),
        Refusal::TooLong => {
            let mut response = form("A password has at most 1024 bytes.");
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
        Refusal::TooMany(wait) => {
            let minutes = wait.as_secs().div_ceil(60);
            let text = format!("There were too many attempts. Try again in {minutes} minutes.");
            let form = Form {
                sealed,
                username,
                error: None,
                notice: Some(&text),
            };
            let mut response = form_page(issuer, request, form);
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            let seconds = HeaderValue::from(wait.as_secs().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
            response
        }
        Refusal::Busy => unavailable_page(issuer, arrival, "the password pool is full"),
        Refusal::Unavailable(cause) => unavailable_page(issuer, arrival, &cause),
    }
}

struct Attempt<'a> {
    issuer: &'a Issuer,
    arrival: &'a Arrival,
    headers: &'a HeaderMap,
}

impl Attempt<'_> {
    async fn sign_in(&self, typed: &str, password: Secret) -> Result<HeaderValue, Refusal> {
        if password.expose().len() > MOST_PASSWORD_BYTES {
            return Err(Refusal::TooLong);
        }
        let issuer = self.issuer;
        let name = Username::parse(typed).ok();
        let account = name.as_ref().map_or("", Username::as_str);
        let address = self.arrival.origin.address;
        let taken = issuer.sign_in_throttle.take(account, address, issuer.now());
        let attempt = taken.map_err(|refused| {
            issuer.metrics.sign_in("too_many_attempts");
            Refusal::TooMany(refused.retry_after)
        })?;
        let user = match self.verify(name.clone(), password).await {
            Ok(user) => user,
            Err(refusal) => {
                if matches!(refusal, Refusal::Busy | Refusal::Unavailable(_)) {
                    issuer.sign_in_throttle.undo(&attempt);
                }
                return Err(refusal);
            }
        };
        issuer.sign_in_throttle.give_back(&attempt);
        self.begin_session(&user).await
    }

    async fn verify(&self, name: Option<Username>, password: Secret) -> Result<User, Refusal> {
        let issuer = self.issuer;
        let keys = Keys {
            username: name,
            ..Keys::default()
        };
        let unavailable = |cause: &dyn std::error::Error| Refusal::Unavailable(chain(cause));
        let facts = issuer
            .store
            .look(&keys)
            .await
            .map_err(|cause| unavailable(&cause))?;
        let right = issuer.hasher.verify(password, facts.password).await;
        let right = right.map_err(|_| Refusal::Busy)?;
        match facts.user.filter(|user| right && !user.disabled) {
            Some(user) => Ok(user),
            None => {
                issuer.metrics.sign_in("refused");
                issuer.trail.note(self.event(EventKind::SignInRefused));
                Err(Refusal::Wrong)
            }
        }
    }

    /// A new cookie, whatever the browser had before (session fixation: ASVS 7.2.4). Whoever signs
    /// in again stays in the same session: what other apps were granted in it goes on.
    async fn begin_session(&self, user: &User) -> Result<HeaderValue, Refusal> {
        let issuer = self.issuer;
        let (now, draw) = (issuer.now(), issuer.draw());
        let (cookie, digest) = Cookie::Session.make(issuer, &draw);
        let before = self.session_before().await?;
        let (own, foreign) = match before {
            Some(session) if session.user == user.id => (Some(session.id), None),
            other => (None, other),
        };
        let session = Session {
            id: own.unwrap_or_else(|| SessionId::new(now, &draw)),
            cookie: digest,
            user: user.id,
            authentication: Authentication {
                at: now,
                amr: vec!["pwd".to_owned()],
            },
            last_seen: now,
            ended_at: None,
        };
        let mut event = self.event(EventKind::SessionCreated);
        event.user = Some(user.id);
        let (session, user_epoch) = (Box::new(session), user.epoch);
        let pivot = if own.is_some() {
            "signed in again".clone_into(&mut event.detail);
            Pivot::RenewSession {
                session,
                user_epoch,
            }
        } else {
            Pivot::InsertSession {
                session,
                user_epoch,
            }
        };
        match issuer
            .store
            .commit(Commit::new(pivot).and(Effect::Event(event)))
            .await
        {
            Ok(()) => {}
            // the account was disabled or changed, or the session ended, meanwhile
            Err(CommitError::Conflict) => return Err(Refusal::Wrong),
            Err(CommitError::Unavailable(cause)) => {
                return Err(Refusal::Unavailable(chain(&cause)));
            }
        }
        issuer.metrics.sign_in("granted");
        if let Some(session) = foreign {
            self.end_replaced(&session).await;
        }
        Ok(cookie)
    }

    /// The session that the browser had before, if it still stands.
    async fn session_before(&self) -> Result<Option<Session>, Refusal> {
        let issuer = self.issuer;
        let Some(cookie) = Cookie::Session.read(issuer, self.headers) else {
            return Ok(None);
        };
        let keys = Keys {
            session_cookie: Some(cookie),
            ..Keys::default()
        };
        let facts = issuer.store.look(&keys).await;
        let facts = facts.map_err(|cause| Refusal::Unavailable(chain(&cause)))?;
        Ok(facts.session.filter(|session| session.ended_at.is_none()))
    }

    /// Ends another person's session in this browser, and what was only for it: it must not live on in
    /// a stolen cookie.
    async fn end_replaced(&self, session: &Session) {
        let now = self.issuer.now();
        let pivot = Pivot::EndSession {
            session: session.id,
            at: now,
        };
        let grants = Effect::RevokeGrantsOf {
            owner: GrantOwner::Session(session.id),
            revoked: Revoked {
                at: now,
                reason: RevokeReason::SignedOut,
            },
            until: now.plus(self.issuer.profile().lifetimes.access_token),
        };
        let mut event = self.event(EventKind::SessionEnded);
        event.user = Some(session.user);
        event.detail = "replaced".to_owned();
        let commit = Commit::new(pivot).and(grants).and(Effect::Event(event));
        drop(self.issuer.store.commit(commit).await);
    }

    fn event(&self, kind: EventKind) -> Event {
        let now = self.issuer.now();
        Event {
            id: EventId::new(now, &self.issuer.draw()),
            at: now,
            kind,
            client: None,
            user: None,
            grant: None,
            origin: self.arrival.origin.clone(),
            detail: String::new(),
        }
    }
}

/// Longer ones are refused before anything is computed.
const MOST_PASSWORD_BYTES: usize = 1024;
