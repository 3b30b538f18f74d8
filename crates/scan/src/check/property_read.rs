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
    check::{Attempt, Context, reread::prove_read},
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
        let found = async |one: &Recorded| found(context, operation, one).await;
        prove_read(context, operation, exchange, found).await;
    }
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
