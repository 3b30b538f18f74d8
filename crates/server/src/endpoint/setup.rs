//! `/setup`: the first administrator, by a link that works once.

use std::sync::Arc;

use airside_oauth::{
    decide::{Among, Commit, Effect, Pivot},
    event::{Event, EventKind},
    form::Params,
    id::{EventId, UserId},
    secret::Secret,
    user::{User, Username},
};
use airside_store::CommitError;
use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use serde_json::Map;

use crate::{
    arrival::Arrival,
    browser::is_cross_site,
    endpoint::{
        authorize::{malformed, refuse_wrong_host},
        sign_in::cross_site,
    },
    input,
    issuer::Issuer,
    respond::{chain, error_page, page, unavailable_page},
    view::{Hidden, SetupDonePage, SetupPage},
};

/// `GET /setup?token=…`: the form. Consumes nothing.
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
    let token = params
        .as_ref()
        .and_then(|params| params.one("token").ok().flatten());
    if issuer.store.has_users().await.unwrap_or(false) {
        issuer.setup.end();
    }
    match token.filter(|token| issuer.setup.is_current(token, issuer.now())) {
        Some(token) => form_page(&issuer, StatusCode::OK, token, "", None),
        None => over(&issuer, &arrival),
    }
}

/// `POST /setup`: makes the first account.
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
    let (token, typed, password) = (one("token"), one("username"), one("password"));
    if !issuer.setup.is_current(token, issuer.now()) {
        return over(&issuer, &arrival);
    }
    let again = |why: &str| form_page(&issuer, StatusCode::BAD_REQUEST, token, typed, Some(why));
    let username = match Username::parse(typed) {
        Ok(username) => username,
        Err(_) => return again("A username has 1 to 128 characters."),
    };
    if let Err(why) = acceptable_password(password) {
        return again(why);
    }
    match create(&issuer, &arrival, username, Secret::new(password)).await {
        Ok(Some(name)) => {
            issuer.setup.end();
            let html = issuer.view.setup_done(&SetupDonePage { username: &name });
            page(StatusCode::OK, html, "")
        }
        Ok(None) => {
            issuer.setup.end();
            over(&issuer, &arrival)
        }
        Err(cause) => unavailable_page(&issuer, &arrival, &cause),
    }
}

/// Whether a new password may be used (NIST SP 800-63B §3.1.1.2: length, not composition).
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn acceptable_password(password: &str) -> Result<(), &'static str> {
    if password.chars().count() < 12 {
        return Err("A password has at least 12 characters. Several words are a good one.");
    }
    if password.len() > 1024 {
        return Err("A password has at most 1024 bytes.");
    }
    Ok(())
}

async fn create(
    issuer: &Issuer,
    arrival: &Arrival,
    username: Username,
    password: Secret,
) -> Result<Option<String>, String> {
    let (now, draw) = (issuer.now(), issuer.draw());
    let hash = issuer
        .hasher
        .hash(password, &draw)
        .await
        .map_err(|busy| busy.to_string())?;
    let name = username.as_str().to_owned();
    let user = User {
        id: UserId::new(now, &draw),
        username,
        roles: Vec::new(),
        administrator: true,
        claims: Map::new(),
        epoch: 0,
        disabled: false,
        created_at: now,
        rights_reduced_at: None,
    };
    let event = Event {
        id: EventId::new(now, &draw),
        at: now,
        kind: EventKind::UserCreated,
        client: None,
        user: Some(user.id),
        grant: None,
        origin: arrival.origin.clone(),
        detail: "set-up of the first administrator".to_owned(),
    };
    let pivot = Pivot::InsertUser {
        user: Box::new(user),
        password: Some(hash),
        among: Among::Nobody,
    };
    match issuer
        .store
        .commit(Commit::new(pivot).and(Effect::Event(event)))
        .await
    {
        Ok(()) => Ok(Some(name)),
        Err(CommitError::Conflict) => Ok(None),
        Err(CommitError::Unavailable(cause)) => Err(chain(&cause)),
    }
}

fn form_page(
    issuer: &Issuer,
    status: StatusCode,
    token: &str,
    username: &str,
    error: Option<&str>,
) -> Response {
    let action = issuer.profile().endpoint("/setup");
    let token = Hidden(token);
    page(
        status,
        issuer.view.setup(&SetupPage {
            action: &action,
            token,
            username,
            error,
        }),
        "",
    )
}

fn over(issuer: &Issuer, arrival: &Arrival) -> Response {
    let sentence = "This set-up link was used, is older than 30 minutes, or there is an account already. Start the server again for a new link, or run: airside user create --admin";
    error_page(issuer, arrival, StatusCode::NOT_FOUND, sentence, None)
}
