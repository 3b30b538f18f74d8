//! In which browsers people are signed in.

use airside_oauth::{
    id::{SessionId, UserId},
    state::{decide::Keys, grant::RevokeReason, session::Session},
    time::Timestamp,
};
use airside_resource::Function;
use airside_store::CommitError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AdminError,
    action::{EndSessions, ReadSessions},
    answer::{Listing, Reply},
    call::Call,
    input::Page,
    user::{self, UserPath},
};
use crate::page::sign_out::{Ending, ending};

/// The session.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct SessionPath {
    /// The `id` of the session.
    id: String,
}

/// A browser in which a person is signed in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub(super) struct ShownSession {
    /// Its identifier.
    id: SessionId,
    /// The `sub` of the person.
    user: UserId,
    /// The time at which the person signed in.
    signed_in_at: Timestamp,
    /// The methods of the sign-in, by the names of RFC 8176.
    amr: Vec<String>,
    /// The time at which the browser was seen last.
    last_seen: Timestamp,
}

impl From<&Session> for ShownSession {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id,
            user: session.user,
            signed_in_at: session.authentication.at.into(),
            amr: session.authentication.amr.clone(),
            last_seen: session.last_seen.into(),
        }
    }
}

/// The sessions of a person that have not ended.
pub(super) async fn list(
    _: Function<ReadSessions>,
    call: Call<UserPath, Page>,
) -> Result<Listing<ShownSession>, AdminError> {
    let (page, issuer) = (&call.query, &call.context.issuer);
    let user = user::find(issuer, &call.path.name).await?;
    // the newest is the first: what follows is older
    let (before, limit) = (call.after(page)?, page.limit_and_next());
    let sessions = issuer.store.sessions(user.id, before, limit).await?;
    let shown = sessions.iter().map(ShownSession::from).collect();
    Ok(call.listing(page.limit(), shown, |shown: &ShownSession| {
        shown.id.to_string()
    }))
}

/// Ends a session, and the grants that do not outlive it.
pub(super) async fn end(
    _: Function<EndSessions>,
    call: Call<SessionPath>,
) -> Result<Reply<ShownSession>, AdminError> {
    let (id, context) = (&call.path.id, &call.context);
    let unknown = || AdminError::not_found(format!("there is no session `{id}`"));
    let session = Some(id.parse().map_err(|_| unknown())?);
    let keys = Keys {
        session,
        ..Keys::default()
    };
    let store = &context.issuer.store;
    let facts = store.look(&keys).await?;
    let session = facts.session.ok_or_else(unknown)?;
    let how = Ending {
        reason: RevokeReason::Administrator,
        user: Some(session.user),
        detail: "ended by an administrator",
    };
    match store.commit(ending(context, session.id, how)).await {
        // it had ended already
        Ok(()) | Err(CommitError::Conflict) => Ok(Reply(ShownSession::from(&session))),
        Err(cause) => Err(cause.into()),
    }
}
