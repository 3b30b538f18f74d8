//! In which browsers people are signed in.

use std::sync::Arc;

use airside_oauth::{
    decide::Keys,
    grant::RevokeReason,
    id::{SessionId, UserId},
    session::Session,
    time::Time,
};
use airside_resource::Function;
use airside_store::CommitError;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;

use super::{
    AdminError,
    action::{EndSessions, ReadSessions},
    ok, user,
};
use crate::{
    issuer::Issuer,
    page::sign_out::{Ending, ending},
    request_context::RequestContext,
};

/// A session as an administrator sees it.
#[derive(Serialize)]
struct Shown<'a> {
    id: SessionId,
    user: UserId,
    signed_in_at: Time,
    amr: &'a [String],
    last_seen: Time,
}

impl<'a> From<&'a Session> for Shown<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            id: session.id,
            user: session.user,
            signed_in_at: session.authentication.at,
            amr: &session.authentication.amr,
            last_seen: session.last_seen,
        }
    }
}

/// The sessions of a person that have not ended.
pub(super) async fn list(
    _: Function<ReadSessions>,
    State(issuer): State<Arc<Issuer>>,
    Path(name): Path<String>,
) -> Result<Response, AdminError> {
    let user = user::find(&issuer, &name).await?;
    let sessions = issuer.store.sessions(user.id).await?;
    Ok(ok(&sessions.iter().map(Shown::from).collect::<Vec<_>>()))
}

/// Ends a session, and the grants that do not outlive it.
pub(super) async fn end(
    _: Function<EndSessions>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Response, AdminError> {
    let unknown = || AdminError::not_found(format!("there is no session `{id}`"));
    let keys = Keys {
        session: Some(id.parse().map_err(|_| unknown())?),
        ..Keys::default()
    };
    let facts = context.issuer.store.look(&keys).await?;
    let session = facts.session.ok_or_else(unknown)?;
    let how = Ending {
        reason: RevokeReason::Administrator,
        user: Some(session.user),
        detail: "ended by an administrator",
    };
    let commit = ending(&context, session.id, how);
    match context.issuer.store.commit(commit).await {
        // it had ended already
        Ok(()) | Err(CommitError::Conflict) => Ok(ok(&Shown::from(&session))),
        Err(cause) => Err(cause.into()),
    }
}
