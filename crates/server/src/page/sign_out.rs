//! `/sign-out` (OpenID Connect RP-Initiated Logout 1.0): a person ends their session.

use std::sync::Arc;

use airside_jose::{Expiry, verify_id_token};
use airside_oauth::{
    authorize::interaction::{Interaction, Page},
    client::Client,
    id::{ClientId, SessionId, UserId},
    request::form::Params,
    state::{
        decide::{Commit, Effect, Facts, GrantOwner, Keys, Pivot},
        event::EventKind,
        grant::{GrantRevocation, RevokeReason},
        session::Session,
    },
};
use airside_store::CommitError;
use axum::response::Response;
use form_urlencoded::Serializer;
use http::{StatusCode, header};

use super::{
    Cookies, PageError, PageInput, PageProblem, PageRequest, PageResult, SealedPage, error::home_of,
};
use crate::{
    browser::Cookie,
    refusal::{MAX_DETAIL, printable},
    request_context::RequestContext,
    respond::{chain, form_page, page, see_other},
    view::{Hidden, SignOutPage, SignedOutPage, WayBack},
};

/// The confirmation.
#[derive(Debug)]
pub struct SignOut;

impl SealedPage for SignOut {
    const PAGE: Page = Page::SignOut;
    const CROSS_SITE_HELP: &'static str =
        "Nothing was changed. If you meant to sign out, start again.";
    const START: &'static str = "/sign-out";
    type Request = SignOutRequest;

    fn check(context: &RequestContext, params: Params) -> Result<SignOutRequest, PageError> {
        Ok(SignOutRequest::read(context, params))
    }
}

/// `GET /sign-out`: asks for confirmation and changes nothing, unless an ID token of this very session
/// proves that the client may end it.
pub async fn get(input: PageInput) -> PageResult {
    let context = &input.context;
    let request = SignOutRequest::read(context, unseal(&input));
    let facts = look(context, &input.cookies).await?;
    let now = context.now();
    let profile = context.issuer.profile();
    let lifetimes = &profile.lifetimes;
    let session = facts.session.as_ref();
    let Some(session) = session.filter(|it| it.alive(lifetimes, now)) else {
        return Ok(request.nothing_to_end(context));
    };
    if request.hinted_session == Some(session.id) {
        end_all(context, &input.cookies, Some(session.id)).await?;
        return Ok(request.ended(context));
    }
    confirmation(&input, &request, session, &facts)
}

fn confirmation(
    input: &PageInput,
    request: &SignOutRequest,
    session: &Session,
    facts: &Facts,
) -> PageResult {
    let context = &input.context;
    let (browser, new_cookie) = input.cookies.browser_or_new(context);
    let client = request.client.as_deref();
    let interaction = Interaction::new(Page::SignOut, &request.params, context.now())
        .for_browser(&browser)
        .for_session(session.id);
    let html = context.issuer.view.sign_out(&SignOutPage {
        action: &context.address("/sign-out"),
        interaction: Hidden(&context.seal(&interaction)?),
        home: &context.address("/"),
        username: facts.user.as_ref().map(|user| user.username.as_str()),
        client_name: client.map(Client::display_name),
        client_home: client.and_then(home_of).as_deref(),
    });
    let mut response = form_page(StatusCode::OK, html);
    let cookies = new_cookie.map(|cookie| (header::SET_COOKIE, cookie));
    response.headers_mut().extend(cookies);
    Ok(response)
}

/// `POST /sign-out`: our own form ends the session; anything else is sent to the form.
pub async fn post(input: PageInput) -> PageResult {
    let sealed = Interaction::open(
        input.field("interaction"),
        &input.context.issuer.keys().vault,
    );
    if !sealed.is_some_and(|it| it.page == Page::SignOut) {
        let restart = input.context.restart(SignOut::START, &input.fields)?;
        return Ok(see_other(&restart));
    }
    let page = PageRequest::<SignOut>::open(input)?;
    end_all(&page.context, &page.cookies, page.interaction.session).await?;
    Ok(page.request.ended(&page.context))
}

/// A request for a sign-out: the client, and the address to return to.
#[derive(Debug)]
pub struct SignOutRequest {
    params: Params,
    /// The client that a valid `id_token_hint` was issued to, or that `client_id` names without one.
    client: Option<Arc<Client>>,
    /// True if a hint proves that the client asks. If not, a person must have confirmed.
    is_proved: bool,
    /// The session that the hint was issued in.
    hinted_session: Option<SessionId>,
}

impl SignOutRequest {
    fn read(context: &RequestContext, params: Params) -> Self {
        let named = params.one("client_id");
        let (client, is_proved, hinted_session) = match hinted(context, &params) {
            // OIDC-RPInitiated-2: both must name the same client
            Some((client, _)) if named.is_some_and(|named| named != client.client_id.as_str()) => {
                (None, false, None)
            }
            Some((client, session)) => (Some(client), true, session),
            None => {
                let named = named.and_then(|named| named.parse().ok());
                let client = named.and_then(|id| context.issuer.client(&id));
                (client, false, None)
            }
        };
        Self {
            params,
            client,
            is_proved,
            hinted_session,
        }
    }

    /// Answers if no user is signed in. There is nothing to confirm, so that without a hint the way
    /// back is a link.
    fn nothing_to_end(&self, context: &RequestContext) -> Response {
        match self.return_address() {
            Some(location) if self.is_proved => see_other(&location),
            Some(location) => self.signed_out_page(context, WayBack::Link(&location)),
            None => self.signed_out_page(context, self.no_way_back()),
        }
    }

    /// Goes back to the client that asked, if it registered the address, else shows a page that says
    /// so; the browser forgets the session's cookie.
    fn ended(&self, context: &RequestContext) -> Response {
        let mut response = match self.return_address() {
            Some(location) => see_other(&location),
            None => self.signed_out_page(context, self.no_way_back()),
        };
        let cookie = Cookie::Session.clear(&context.issuer);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }

    fn signed_out_page(&self, context: &RequestContext, back: WayBack<'_>) -> Response {
        let client = self.client.as_deref();
        let html = context.issuer.view.signed_out(&SignedOutPage {
            back,
            client_name: client.map(Client::display_name),
        });
        page(StatusCode::OK, html)
    }

    /// Returns the reason why the person stays on a page of this server.
    fn no_way_back(&self) -> WayBack<'static> {
        match self.params.present("post_logout_redirect_uri") {
            true => WayBack::NotRegistered,
            false => WayBack::NotAsked,
        }
    }

    // OIDC-RPInitiated-3: only to an address that the client registered
    fn return_address(&self) -> Option<String> {
        let asked = self.params.one("post_logout_redirect_uri")?;
        let Some(client) = &self.client else {
            tracing::info!(
                "sign-out without a way back: neither a valid `id_token_hint` nor `client_id` names a client"
            );
            return None;
        };
        let registered = &client.post_logout_redirect_uris;
        if !registered.iter().any(|uri| uri.matches(asked)) {
            let asked = printable(asked, MAX_DETAIL);
            tracing::info!(
                client_id = client.client_id.as_str(),
                post_logout_redirect_uri = asked,
                "sign-out without a way back: the address is not in `post_logout_redirect_uris`"
            );
            return None;
        }
        let Some(state) = self.params.one("state") else {
            return Some(asked.to_owned());
        };
        let separator = if asked.contains('?') { '&' } else { '?' };
        let query = Serializer::new(String::new())
            .append_pair("state", state)
            .finish();
        Some(format!("{asked}{separator}{query}"))
    }
}

/// Reads the client and the session of a valid `id_token_hint`, expired or not.
fn hinted(context: &RequestContext, params: &Params) -> Option<(Arc<Client>, Option<SessionId>)> {
    let hint = params.one("id_token_hint")?;
    let keys = context.issuer.keys();
    let now = context.now();
    let source = keys.keyring.accepted_for_hints(now);
    let profile = context.issuer.profile();
    let name = &profile.issuer;
    let token =
        verify_id_token(hint, &source, name, None, now.as_seconds(), Expiry::Ignored).ok()?;
    let client: ClientId = token.audience().first()?.parse().ok()?;
    let session = token.session().and_then(|sid| sid.parse().ok());
    Some((context.issuer.client(&client)?, session))
}

fn unseal(input: &PageInput) -> Params {
    let sealed = Interaction::open(
        input.field("interaction"),
        &input.context.issuer.keys().vault,
    );
    let inner = sealed
        .filter(|it| it.page == Page::Request)
        .and_then(|it| it.params());
    inner.unwrap_or_else(|| input.fields.clone())
}

async fn look(context: &RequestContext, cookies: &Cookies) -> Result<Facts, PageError> {
    context
        .look(&Keys {
            session_cookie: cookies.session,
            ..Keys::default()
        })
        .await
}

/// Ends the session that the page was made for, and the one that the browser has now if it signed in
/// again since: its cookie is about to be forgotten, so it must not live on.
async fn end_all(
    context: &RequestContext,
    cookies: &Cookies,
    shown: Option<SessionId>,
) -> Result<(), PageError> {
    let facts = look(context, cookies).await?;
    let current = facts.session.map(|session| session.id);
    let other = current.filter(|current| shown != Some(*current));
    for session in shown.into_iter().chain(other) {
        let how = Ending {
            reason: RevokeReason::SignedOut,
            user: None,
            detail: "signed out",
        };
        let commit = ending(context, session, how);
        // a conflict: it had ended already
        if let Err(CommitError::Unavailable(cause)) = context.issuer.store.commit(commit).await {
            let problem = PageProblem::Unavailable(chain(&cause));
            return Err(context.refuse(problem));
        }
    }
    Ok(())
}

/// The reason why a session ends.
pub(crate) struct Ending {
    pub(crate) reason: RevokeReason,
    /// The user of the session, where it is known.
    pub(crate) user: Option<UserId>,
    /// For the audit trail.
    pub(crate) detail: &'static str,
}

/// Ends the session and its grants, except those with `offline_access`.
pub(crate) fn ending(context: &RequestContext, session: SessionId, how: Ending) -> Commit {
    let now = context.now();
    let mut event = context.event(EventKind::SessionEnded);
    event.user = how.user;
    how.detail.clone_into(&mut event.detail);
    Commit::new(Pivot::EndSession { session, at: now })
        .and(Effect::RevokeGrantsOf {
            owner: GrantOwner::Session(session),
            revoked: GrantRevocation {
                at: now,
                reason: how.reason,
            },
        })
        .and(Effect::Event(event))
}
