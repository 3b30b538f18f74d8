//! The view of the victim before and after an attack.

use std::sync::Arc;

use tokio::time::{Duration, sleep};

use super::{prey::Prey, subject::deletes};
use crate::{
    check::Context,
    document::{Kind, Operation},
    exchange::{IdentityIndex, Recorded, RequestSpec},
    probe::ProbeError,
    session::Variant,
};

/// A request by which the victim watches what happens.
#[derive(Clone)]
pub(super) struct Watch {
    pub(super) spec: RequestSpec,
    /// True if it need not show the object itself.
    pub(super) is_around: bool,
}

/// The view of the victim before and after an attack.
pub(super) struct View {
    pub(super) watch: Watch,
    pub(super) before: [Recorded; 2],
    pub(super) after: Option<[Recorded; 2]>,
}

impl View {
    /// Returns the view with other answers after an attack.
    pub(super) fn with(&self, after: [Recorded; 2]) -> Self {
        Self {
            watch: self.watch.clone(),
            before: self.before.clone(),
            after: Some(after),
        }
    }
}

/// Returns the requests by which the victim sees an effect: a read at the address of the operation, and the
/// view of the object.
pub(super) async fn watches(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
) -> Result<Vec<Watch>, ProbeError> {
    let session = context.session;
    let object = &variant.object;
    let mut watches = Vec::new();
    if let Some(view) = session.view(object).await? {
        watches.push(Watch {
            spec: view,
            is_around: false,
        });
    }
    let twin = session
        .twin(operation)
        .and_then(|twin| session.own_request(twin, object.owner, object));
    if let Some(twin) = twin
        && !watches.iter().any(|one| one.spec.target == twin.target)
    {
        watches.push(Watch {
            spec: twin,
            is_around: true,
        });
    }
    Ok(watches)
}

/// Reads the view before an attack. What a deletion is to remove is put there by its owner first.
pub(super) async fn before(
    context: &Context<'_>,
    operation: &Operation,
    (prey, variant): (&Prey, &Variant),
    watch: &Watch,
) -> Result<[Recorded; 2], ProbeError> {
    let session = context.session;
    let first = twice(context, prey.owner, &watch.spec).await?;
    if first[0].answer.is_accepted() || !watch.is_around || !deletes(operation) {
        return Ok(first);
    }
    let mut makers = session.api.of_kind(Kind::Update);
    let Some(maker) = makers.find(|one| one.path == operation.path) else {
        return Ok(first);
    };
    let owner = Some(prey.owner);
    let made = session.try_body(maker, &variant.own, owner, None).await;
    // where it could not be put there, the view shows so
    drop(made);
    twice(context, prey.owner, &watch.spec).await
}

pub(super) async fn twice(
    context: &Context<'_>,
    caller: IdentityIndex,
    spec: &RequestSpec,
) -> Result<[Recorded; 2], ProbeError> {
    let first = context.session.send(Some(caller), spec.clone()).await?;
    let second = context.session.send(Some(caller), spec.clone()).await?;
    Ok([first, second])
}

/// Reads the view after an attack: once if it was refused and nothing changed, later again where the API
/// answers that it works on it.
pub(super) async fn after(
    context: &Context<'_>,
    caller: IdentityIndex,
    spec: &RequestSpec,
    attack: &Recorded,
) -> Result<[Recorded; 2], ProbeError> {
    if attack.answer.status == 202 {
        sleep(ASYNCHRONOUS).await;
    }
    let first = context.session.send(Some(caller), spec.clone()).await?;
    if attack.answer.status >= 400 {
        return Ok([Arc::clone(&first), first]);
    }
    if attack.answer.status == 202 {
        return settled(context, caller, spec, first).await;
    }
    let second = context.session.send(Some(caller), spec.clone()).await?;
    Ok([first, second])
}

/// Reads a view until it differs from what it was at first, for a while.
async fn settled(
    context: &Context<'_>,
    caller: IdentityIndex,
    spec: &RequestSpec,
    first: Recorded,
) -> Result<[Recorded; 2], ProbeError> {
    let session = context.session;
    for _ in 0..MAX_WAITS {
        let next = session.send(Some(caller), spec.clone()).await?;
        if next.answer != first.answer {
            let again = session.send(Some(caller), spec.clone()).await?;
            return Ok([next, again]);
        }
        sleep(ASYNCHRONOUS).await;
    }
    Ok([Arc::clone(&first), first])
}

/// The time after which a view is read again where the API works on a request later (202).
const ASYNCHRONOUS: Duration = Duration::from_millis(150);

/// The number of times that it is read again.
const MAX_WAITS: usize = 6;
