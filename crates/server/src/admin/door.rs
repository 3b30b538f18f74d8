//! Who may come in: the operator at the socket, administrators and their machines over the network.

use std::sync::Arc;

use airside_jose::KeySet;
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
use airside_resource::{Caller, Rejection, ResourceServer};
use axum::{
    extract::{FromRef, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, request::Parts};

use super::{
    AdminError, AdminSetUpError, DOCUMENT, document::Contract, problem::as_problem, table::Table,
};
use crate::{issuer::Issuer, request_context::RequestContext};

/// The admin API: the issuer that it administers, and its view of that issuer's tokens.
#[derive(Clone, Debug)]
pub struct Administration {
    issuer: Arc<Issuer>,
    /// Verifies tokens, at the door only.
    airside: ResourceServer,
    /// What the routes decide by. It has no keys: a token that no door has admitted is good for nothing.
    routes: ResourceServer,
    /// What the document says, which is what is read and answered.
    contract: Arc<Contract>,
}

/// A caller whose token was verified and is still valid: the only one that a door admits, and the only
/// one that the routes know.
struct Admitted(Caller);

impl Admitted {
    /// Marks the request as theirs.
    fn enter(&self, request: &mut Request, administration: &Administration) {
        let routes = &administration.routes;
        routes.dangerous_adopt(request.extensions_mut(), self.0.clone());
    }
}

impl Administration {
    /// The API that is `<issuer>/api/admin/v1`.
    ///
    /// # Errors
    ///
    /// [`AdminSetUpError`] if there is no randomness, or a route without a description.
    pub(super) fn new(issuer: &Arc<Issuer>, table: Table) -> Result<Self, AdminSetUpError> {
        let profile = issuer.profile();
        let (keys, clock) = (Arc::clone(issuer), Arc::clone(issuer));
        let airside = ResourceServer::trusting(&profile.issuer)
            .for_audience(profile.admin_api())
            .keys_from(move || Arc::clone(&keys.keys().public))
            .clock(Arc::new(move || clock.now().as_seconds()))
            .cached_tokens(REMEMBERED_TOKENS)
            .build()?;
        let routes = ResourceServer::trusting(&profile.issuer)
            .for_audience(profile.admin_api())
            .keys(KeySet::default())
            .build()?;
        let contract = Contract::new(table, &profile.issuer, &routes)?;
        Ok(Self {
            issuer: Arc::clone(issuer),
            airside,
            routes,
            contract: Arc::new(contract),
        })
    }

    /// Returns what the document says.
    pub(super) fn contract(&self) -> Arc<Contract> {
        Arc::clone(&self.contract)
    }

    /// Returns the issuer.
    pub(super) fn issuer(&self) -> Arc<Issuer> {
        Arc::clone(&self.issuer)
    }

    /// The operator, whose token the issuer makes here and now.
    async fn operator(&self) -> Result<Admitted, AdminError> {
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
        caller.map(Admitted).map_err(|error| unsigned(&error))
    }

    /// Tells whether a path is for everybody: how to get a token (RFC 9728 §3), and what to do with it.
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
    async fn admit(&self, parts: &Parts) -> Result<Admitted, Rejection> {
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
            _ => Ok(Admitted(caller)),
        }
    }

    /// Who changed something over the network; the trace id leads to what.
    fn note(&self, caller: &Caller, context: &RequestContext, what: String) {
        let mut called = context.event(EventKind::AdminCalled);
        called.client = caller.token().client_id().parse().ok();
        called.user = caller.token().subject().parse::<UserId>().ok();
        called.detail = what;
        self.issuer.trail.note(called);
    }
}

/// Whoever owns the files is the operator: the kernel says who calls. They get a token of their own,
/// so that what follows is the same as for everybody else.
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

/// A token that the issuer gave out, and that is still valid.
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

impl FromRef<Administration> for ResourceServer {
    fn from_ref(administration: &Administration) -> Self {
        administration.routes.clone()
    }
}

/// The client id in the operator's tokens, which never leave this process.
const OPERATOR: &str = "operator";
/// Administrators are few.
const REMEMBERED_TOKENS: usize = 100;
