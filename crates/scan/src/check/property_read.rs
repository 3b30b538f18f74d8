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
use crate::check::Context;

/// Looks through what the attacker is answered.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let reads = session.legitimate_reads(Some(context.attacker)).await;
    for exchange in reads.iter() {
        let Some(operation) = session.operation(exchange.request.operation) else {
            continue;
        };
        if let Some(attempt) = passwords(context, operation, exchange).await {
            context.add(operation.index, attempt, 0);
        } else if let Some(attempt) = undocumented(context, operation, exchange).await {
            context.add(operation.index, attempt, 0);
        } else if let Some(attempt) = listed(context, operation, exchange).await {
            context.add(operation.index, attempt, 0);
        }
    }
}
