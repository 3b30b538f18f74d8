//! Reads that were answered already, and are repeated where they show something.

use crate::{
    check::{Attempt, Context, Untested},
    document::Operation,
    exchange::Recorded,
};

/// Judges the answer to a read of the attacker; what it shows is read again twice.
pub(super) async fn prove_read<F>(
    context: &Context<'_>,
    operation: &Operation,
    exchange: &Recorded,
    found: F,
) where
    F: AsyncFn(&Recorded) -> Option<Attempt>,
{
    let Some(first) = found(exchange).await else {
        return;
    };
    let attempt = async |fresh: bool| match fresh {
        true => again(context, exchange, &found).await,
        false => Ok(first.clone()),
    };
    context.prove(operation.index, first.class, attempt).await;
}

/// Reads once more as the attacker.
async fn again<F>(
    context: &Context<'_>,
    exchange: &Recorded,
    found: &F,
) -> Result<Attempt, Untested>
where
    F: AsyncFn(&Recorded) -> Option<Attempt>,
{
    let (session, request) = (context.session, exchange.request.clone());
    let exchange = session.send(Some(context.attacker), request).await?;
    let found = found(&exchange).await;
    Ok(found.ok_or("the answer does not show it any more")?)
}
