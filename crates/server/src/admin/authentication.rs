//! Authenticates callers: the operator at the socket, administrators and their machines over the network.

use std::sync::Arc;

use airside_net::{Peer, PeerAddress};
use airside_oauth::{
    id::{ClientId, UserId},
    profile::{ADMIN_API, ADMIN_SCOPES, ResourceSigning},
    state::event::EventKind,
    token::{
        audience::Audience,
        issue::UnsignedTokens,
        presented::{access_token_keys, grant_id, is_still_valid},
        released_claim::ReleasedClaims,
    },
};
use airside_resource::{Caller, Rejection};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, request::Parts};

use super::{AdminError, administration::Administration, problem::as_problem, set_up::DOCUMENT};
use crate::request_context::RequestContext;

/// A caller whose token was verified and is still valid: the only one that the routes know.
struct AdmittedCaller(Caller);

impl AdmittedCaller {
    /// Marks the request as the caller's.
    fn enter(&self, request: &mut Request, administration: &Administration) {
        let routes = &administration.routes;
        routes.dangerous_adopt(request.extensions_mut(), self.0.clone());
    }
}

impl Administration {
    /// Returns the operator, whose token the issuer makes here and now.
    async fn operator(&self) -> Result<AdmittedCaller, AdminError> {
        let issuer = &self.issuer;
        let unsigned =
            |error: &(dyn std::error::Error + 'static)| AdminError::broken(error.to_string());
        let client: ClientId = OPERATOR.parse().map_err(|error| unsigned(&error))?;
        let algorithm = issuer.algorithms.first();
        let algorithm = algorithm.ok_or_else(|| AdminError::broken("there is no signing key"))?;
        let audience = Audience {
            identifier: issuer.profile().admin_api(),
            signing: ResourceSigning::Asymmetric(*algorithm),
            scope: ADMIN_SCOPES.parse().map_err(|error| unsigned(&error))?,
            claims: ReleasedClaims::default(),
        };
        let in_force = issuer.in_force(issuer.now()).await?;
        let issue = UnsignedTokens::for_machine(client, audience, issuer.now(), &issuer.draw());
        let keys = issuer.keys();
        let signed = issue.sign(&issuer.profile(), &keys.keyring, &keys.vault, in_force);
        let token = signed.map_err(|error| unsigned(&error))?.access_token;
        let caller = self.airside.verify_token(&token).await;
        caller.map(AdmittedCaller).map_err(|error| unsigned(&error))
    }

    /// Returns true if a path is public: how to get a token (RFC 9728 §3), and the document.
    fn is_public(&self, path: &str) -> bool {
        let metadata = self.airside.metadata().url();
        metadata.is_some_and(|url| url.path() == path)
            || path.ends_with(&format!("{ADMIN_API}{DOCUMENT}"))
    }

    /// Verifies the token of a request, that it is still valid, and that it is a machine's or an
    /// administrator's.
    ///
    /// # Errors
    ///
    /// [`Rejection`]: the token is not good or was revoked (401), its owner administers nothing (403),
    /// or the store did not answer (503).
    async fn admit(&self, parts: &Parts) -> Result<AdmittedCaller, Rejection> {
        let caller = self.airside.verify(parts).await?;
        let token = caller.token();
        let looked = self.issuer.store.look(&access_token_keys(token)).await;
        let facts = looked.map_err(|_| Rejection::Unavailable)?;
        if !is_still_valid(token, &facts) {
            return Err(Rejection::InvalidToken("the token is revoked".to_owned()));
        }
        let person = grant_id(token).map(|_| facts.user.as_ref());
        match person {
            Some(user) if !user.is_some_and(|user| user.administrator) => {
                Err(Rejection::MissingRole {
                    role: "administrator".to_owned(),
                })
            }
            _ => Ok(AdmittedCaller(caller)),
        }
    }

    /// Notes in the audit trail who changed something over the network; the trace id leads to the change.
    fn note(&self, caller: &Caller, context: &RequestContext, what: String) {
        let mut called = context.event(EventKind::AdminCalled);
        called.client = caller.token().client_id().parse().ok();
        called.user = caller.token().subject().parse::<UserId>().ok();
        called.detail = what;
        self.issuer.audit_buffer.note(called);
    }
}

/// Lets the operator in, who owns the files: the kernel says who calls. The operator gets a token, so that
/// what follows is the same as for every other caller.
pub(super) async fn by_peer(
    owner: u32,
    State(administration): State<Administration>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.address);
    match peer {
        Some(PeerAddress::Unix { uid: Some(uid) }) if uid == owner || uid == 0 => {}
        _ => {
            let why = "only the owner of the data directory, or root, may do this";
            return AdminError::refused(why).into_response();
        }
    }
    match administration.operator().await {
        Ok(operator) => {
            operator.enter(&mut request, &administration);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// Lets a caller in whose token the issuer issued, and which is still valid.
pub(super) async fn by_token(
    State(administration): State<Administration>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    if administration.is_public(parts.uri.path()) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let admitted = match administration.admit(&parts).await {
        Ok(admitted) => admitted,
        Err(rejection) => {
            let metadata = administration.airside.metadata();
            return as_problem(metadata.challenge(rejection.into_response())).await;
        }
    };
    let context = RequestContext::of(&parts.extensions, Arc::clone(&administration.issuer));
    let what = format!("{} {}", parts.method, parts.uri.path());
    let changes = parts.method != Method::GET && parts.method != Method::HEAD;
    let mut request = Request::from_parts(parts, body);
    admitted.enter(&mut request, &administration);
    let response = next.run(request).await;
    if changes && response.status().is_success() {
        administration.note(&admitted.0, &context, what);
    }
    response
}

/// The client id in the operator's tokens, which never leave this process.
const OPERATOR: &str = "operator";
