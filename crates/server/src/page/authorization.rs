//! The authorization request that pages carry, and the code that answers it.

use std::sync::Arc;

use airside_jose::{Expiry, verify_id_token};
use airside_oauth::{
    authorize::{
        AuthorizationRequest, Destination, DestinationError, SignedIn, client_id, interaction::Page,
    },
    error::{ErrorCode, OAuthError},
    id::UserId,
    refusal::RefusalReason,
    request::form::{Params, SentParams},
    state::decide::{ConsentLookup, Facts, Keys},
    time::Time,
    token::grant_type::REPEATABLE,
};

use super::{Cookies, PageError, PageProblem, PageRequest, PageResult, SealedPage};
use crate::{
    issuer::Issuer,
    refusal::{MAX_DETAIL, printable},
    request_context::RequestContext,
    respond::chain,
};

/// A page on which a person does a step of an authorization request.
pub trait AuthorizationPage {
    /// The page that the interaction must have been made for.
    const PAGE: Page;
}

impl<P: AuthorizationPage> SealedPage for P {
    const PAGE: Page = P::PAGE;
    const CROSS_SITE_HELP: &'static str =
        "Nothing was changed. If you meant to sign in, start again.";
    const START: &'static str = "/authorize";
    type Request = CheckedRequest;

    fn check(context: &RequestContext, params: Params) -> Result<CheckedRequest, PageError> {
        CheckedRequest::check(context, params.into())
    }
}

/// An authorization request that passed every check against the client as it is now.
#[derive(Debug)]
pub struct CheckedRequest {
    /// The request.
    pub request: AuthorizationRequest,
    /// Its parameters, as pages carry them.
    pub params: Params,
}

impl CheckedRequest {
    /// Checks a request. The destination comes first, because the client may be told of everything
    /// that is wrong with the rest, a repeated name included.
    ///
    /// # Errors
    ///
    /// [`PageProblem::DestinationError`] if no answer may go anywhere, [`PageProblem::Refused`] if the client
    /// is told.
    pub fn check(context: &RequestContext, sent: SentParams) -> Result<Self, PageError> {
        let issuer = &context.issuer;
        let untrusted =
            |cause, client| context.refuse(PageProblem::DestinationError(cause, client));
        let id = client_id(&sent).map_err(|cause| untrusted(cause, None))?;
        let client = issuer.client(&id).ok_or_else(|| {
            let received = id.to_string();
            untrusted(DestinationError::ClientUnknown { received }, None)
        })?;
        let destination = Destination::of(&sent, Arc::clone(&client))
            .map_err(|cause| untrusted(cause, Some(client)))?;
        let refused = |error| context.refuse_to(&destination, error);
        // RFC6749-3.1: at most once; RFC8707-2: except `resource`
        let params = sent.single(&REPEATABLE);
        let params = params.map_err(|twice| refused(twice.into()))?;
        if params.render().len() > MAX_REQUEST_BYTES {
            let error =
                OAuthError::invalid_request("the parameters are longer than 8 KiB together")
                    .because(RefusalReason::ParametersUnreadable);
            return Err(refused(error));
        }
        let hint = |hint: &str| hinted_user(issuer, hint, &destination);
        let checked =
            AuthorizationRequest::check(&params, destination.clone(), &issuer.profile(), hint);
        Ok(Self {
            request: checked.map_err(refused)?,
            params,
        })
    }

    /// Names the place that the answer goes to, for people: an address of this device says nothing to
    /// them.
    pub fn client_host(&self) -> String {
        let destination = &self.request.destination;
        if destination.registered.is_loopback() {
            "a program on this device".to_owned()
        } else {
            destination.redirect_host()
        }
    }

    /// Reads who is signed in and what they have allowed this client.
    ///
    /// # Errors
    ///
    /// [`PageProblem::Unavailable`] if the store failed.
    pub async fn look(
        &self,
        context: &RequestContext,
        cookies: &Cookies,
    ) -> Result<Facts, PageError> {
        let destination = &self.request.destination;
        context
            .look(&Keys {
                session_cookie: cookies.session,
                consent: Some(ConsentLookup {
                    user: None,
                    client: destination.client.client_id.clone(),
                    redirect_host: destination.redirect_host(),
                }),
                ..Keys::default()
            })
            .await
    }

    /// Sends the browser back to the client with a code (RFC 6749 §4.1.2) that rests on a consent of
    /// this epoch, if it rests on one.
    ///
    /// # Errors
    ///
    /// [`PageProblem::Refused`] if the request does not fit into a code.
    pub fn issue_code(
        &self,
        context: &RequestContext,
        person: SignedIn<'_>,
        consent_epoch: Option<u32>,
        now: Time,
    ) -> PageResult {
        self.note_left_out(context);
        let draw = context.draw();
        let code = self.request.code(person, consent_epoch, now, &draw);
        let destination = &self.request.destination;
        match code.seal(&context.issuer.keys().vault, now, &draw) {
            Some(code) => {
                let issuer = &context.issuer.profile().issuer;
                let response = destination.success(issuer, code);
                Ok(context.send_response(destination, response))
            }
            None => {
                let error = OAuthError::invalid_request(
                    "scope, resource, nonce and redirect_uri are too long together for a code",
                )
                .because_of(RefusalReason::ParameterMalformed, "too long for a code");
                Err(context.refuse_to(destination, error))
            }
        }
    }
}

impl CheckedRequest {
    /// Logs the scopes that the client asked for and does not get: the answer's `scope` lacks them.
    fn note_left_out(&self, context: &RequestContext) {
        let Some(asked) = self.params.one("scope") else {
            return;
        };
        let granted = self.request.access.scope();
        let left_out: Vec<&str> = asked
            .split(' ')
            .filter(|name| !granted.contains(name))
            .collect();
        if !left_out.is_empty() {
            let client = self.request.destination.client.client_id.as_str();
            let trace_id = &context.origin.trace_id;
            let scope = printable(&left_out.join(" "), MAX_DETAIL);
            tracing::info!(trace_id, client, scope, "scopes left out of the answer");
        }
    }
}

impl<P: SealedPage<Request = CheckedRequest>> PageRequest<P> {
    /// Returns the person that the page was made for, if they are still signed in in the same session.
    ///
    /// # Errors
    ///
    /// [`PageProblem::StartsOver`] if they are not.
    pub(super) fn person<'a>(&self, facts: &'a Facts) -> Result<SignedIn<'a>, PageError> {
        let profile = self.context.issuer.profile();
        let person = SignedIn::of(facts, &profile, self.context.now());
        let same = person.filter(|it| self.interaction.session == Some(it.session.id));
        match same {
            Some(person) => Ok(person),
            None => Err(self.start_over()?),
        }
    }

    /// Makes the request start over.
    pub(super) fn start_over(&self) -> Result<PageError, PageError> {
        let restart = self.context.restart(P::START, &self.request.params)?;
        Ok(self.context.refuse(PageProblem::StartsOver(restart)))
    }
}

impl RequestContext {
    /// Sends an error to the client that asked.
    pub(super) fn refuse_to(&self, destination: &Destination, error: OAuthError) -> PageError {
        self.refuse(PageProblem::Refused(Box::new(destination.clone()), error))
    }

    /// Reads the rows that `keys` name.
    ///
    /// # Errors
    ///
    /// [`PageProblem::Unavailable`] if the store failed.
    pub(super) async fn look(&self, keys: &Keys) -> Result<Facts, PageError> {
        let facts = self.issuer.store.look(keys).await;
        facts.map_err(|cause| self.refuse(PageProblem::Unavailable(chain(&cause))))
    }
}

/// Returns the user of an `id_token_hint`: an ID token of ours for this client, expired or not.
fn hinted_user(
    issuer: &Issuer,
    hint: &str,
    destination: &Destination,
) -> Result<UserId, OAuthError> {
    let refused = || {
        let error = "id_token_hint is not an ID token of this client";
        OAuthError::new(ErrorCode::LoginRequired, error).because(RefusalReason::HintInvalid)
    };
    let keys = issuer.keys();
    let now = issuer.now();
    let token = verify_id_token(
        hint,
        &keys.keyring.accepted_for_hints(now),
        &issuer.profile().issuer,
        Some(destination.client.client_id.as_str()),
        now.as_seconds(),
        Expiry::Ignored,
    )
    .map_err(|_| refused())?;
    token.subject().parse().map_err(|_| refused())
}

/// Sealed into an address, the request grows by half and must stay below what a page reads.
const MAX_REQUEST_BYTES: usize = 8 * 1024;
