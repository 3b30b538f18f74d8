//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): clients are told of the end of a session
//! by a request of the server to an address of theirs.
//!
//! The commit that ends a session queues a row for each client; [`start_due`] finds those that are
//! due, `delivery` makes the token and sends it, and `slot` bounds how many are sent at once, so that
//! a client that is down or slow delays no other.

mod delivery;
pub mod sender;
mod slot;

use std::sync::Arc;

use airside_oauth::state::{
    decide::{Commit, Pivot},
    logout::PendingLogout,
};
use airside_store::{CommitError, Unavailable};
use tokio::task::JoinSet;

use self::delivery::Delivery;
use crate::issuer::Issuer;

/// Starts to deliver the logout tokens that are due, as many as may be under way at once; says how many.
///
/// A delivery that is cancelled is due again when its lease is over.
///
/// # Errors
///
/// [`Unavailable`] if the store failed; what has been started goes on.
pub async fn start_due(
    issuer: &Arc<Issuer>,
    under_way: &mut JoinSet<()>,
) -> Result<usize, Unavailable> {
    let (store, now) = (issuer.store.as_ref(), issuer.now());
    let slots = &issuer.logout_sender.slots;
    let mut started = 0;
    for client in store.clients_due_for_logout(now).await? {
        let free = slots.free(&client);
        let due = match free {
            0 => Vec::new(),
            free => store.due_logouts(&client, now, free).await?,
        };
        for logout in due {
            let Some(slot) = slots.take(&client) else {
                break;
            };
            if let Some(logout) = lease(issuer, logout).await? {
                let delivery = Delivery::new(Arc::clone(issuer), slot, logout);
                under_way.spawn(delivery.run());
                started += 1;
            }
        }
    }
    Ok(started)
}

/// Delivers the logout tokens that are due, and waits for the outcomes; says how many.
///
/// # Errors
///
/// As for [`start_due`].
pub async fn deliver_due(issuer: &Arc<Issuer>) -> Result<usize, Unavailable> {
    let mut under_way = JoinSet::new();
    let started = start_due(issuer, &mut under_way).await?;
    under_way.join_all().await;
    Ok(started)
}

/// Takes a delivery for this process; none if another process was faster.
async fn lease(
    issuer: &Issuer,
    logout: PendingLogout,
) -> Result<Option<PendingLogout>, Unavailable> {
    let leased = logout.leased(issuer.now());
    let commit = Commit::new(Pivot::MoveLogout {
        logout: logout.key.clone(),
        from: logout.delivery,
        to: leased,
    });
    match issuer.store.commit(commit).await {
        Ok(()) => Ok(Some(PendingLogout {
            delivery: leased,
            ..logout
        })),
        Err(CommitError::Conflict) => Ok(None),
        Err(CommitError::Unavailable(cause)) => Err(cause),
    }
}
