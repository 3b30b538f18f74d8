//! Passwords in answers to others, and lists that show what the object itself keeps back.
//!
//! | module | holds |
//! |---|---|
//! | `listing` | lists that show what the object itself keeps back |
//! | `own` | the victim's own object and its markers |
//! | `password` | passwords in answers to others |
//! | `undocumented` | properties that only their owner should see, by the document |

mod listing;
mod own;
mod password;
mod undocumented;

use self::{listing::listed, password::passwords, undocumented::undocumented};
use crate::{
    check::{Attempt, Context, Untested},
    document::Operation,
    exchange::Recorded,
};

/// Looks through what the attacker is answered; what is found is read again twice.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let reads = session.legitimate_reads(Some(context.attacker)).await;
    for exchange in reads.iter() {
        let Some(operation) = session.operation(exchange.request.operation) else {
            continue;
        };
        let Some(first) = found(context, operation, exchange).await else {
            continue;
        };
        let class = first.class;
        let attempt = async |fresh: bool| match fresh {
            true => again(context, operation, exchange).await,
            false => Ok(first.clone()),
        };
        context.prove(operation.index, class, attempt).await;
    }
}

/// Reads once more as the attacker.
async fn again(
    context: &Context<'_>,
    operation: &Operation,
    exchange: &Recorded,
) -> Result<Attempt, Untested> {
    let request = exchange.request.clone();
    let exchange = context
        .session
        .send(Some(context.attacker), request)
        .await?;
    let found = found(context, operation, &exchange).await;
    Ok(found.ok_or("the answer does not show it any more")?)
}

/// Returns what an answer to the attacker shows that it may not.
async fn found(
    context: &Context<'_>,
    operation: &Operation,
    exchange: &Recorded,
) -> Option<Attempt> {
    if let Some(attempt) = passwords(context, operation, exchange).await {
        return Some(attempt);
    }
    if let Some(attempt) = undocumented(context, operation, exchange).await {
        return Some(attempt);
    }
    listed(context, operation, exchange).await
}
