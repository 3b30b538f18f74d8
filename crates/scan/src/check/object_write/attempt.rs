//! One attack on one object.

use super::{
    account::{account_is_gone, unauthenticated},
    consequence::{gained, password_effect, shown},
    control::controlled,
    effect::{effect, refusal},
    forgery::{forged, forged_lists, made_for},
    prey::{self, Prey},
    strike::{Strike, restore},
    subject::{class_of, deletes, sets_credentials},
    watch::{View, after, before, watches},
};
use crate::{
    check::{Attempt, Context, Untested},
    document::{Operation, Slot},
    exchange::{Recorded, RequestSpec},
    probe::ProbeError,
    report::model::{Class, Part},
    session::Variant,
    verdict::Verdict,
};

pub(super) async fn attempt(
    context: &Context<'_>,
    operation: &Operation,
    slot: &Slot,
    (at, fresh): (usize, bool),
) -> Result<Attempt, Untested> {
    let prey = Prey::find(context, operation, slot, fresh).await?;
    let mut attack = Attack::prepare(context, operation, prey, at).await?;
    let strike = Strike::send(context, operation, &attack.variant, None).await?;
    context.session.note(&strike.exchange, Part::Foreign);
    if let Some(own) = attack
        .variant
        .beside
        .as_ref()
        .filter(|_| deletes(operation))
    {
        context.session.world.lock().retire(own);
    }
    let is_refused = strike.exchange.answer.status >= 400;
    let judged = match attack.judge(&strike).await {
        Err(ProbeError::NoCaller(_)) if !is_refused => {
            let (prey, variant) = (&attack.prey, &attack.variant);
            return account_is_gone(context, operation, (prey, variant), &strike.exchange).await;
        }
        judged => judged?,
    };
    if let Some(open) = attack.unauthenticated(&judged, &strike).await? {
        return Ok(open);
    }
    let mut judged = judged;
    if !judged.verdict.is_confirmed() && !is_refused {
        if let Some(other) = attack.other_effect(&strike).await? {
            judged = Judged {
                view: judged.view,
                ..other
            };
        } else if let Some(shown) =
            shown(context, operation, &attack.variant, &strike.exchange).await?
        {
            return Ok(Attempt {
                parameters: attack.variant.parameters,
                ..shown
            });
        }
    }
    if judged.verdict.is_confirmed() {
        attack.end(&judged).await;
    }
    let parts = (&attack.prey, &attack.variant);
    let refusal = (judged.verdict, &strike.exchange);
    judged.verdict = controlled(context, operation, parts, refusal).await?;
    Ok(attack.attempt(judged, &strike.exchange))
}

/// An attack on an object, with what shows its effect.
struct Attack<'a> {
    context: &'a Context<'a>,
    operation: &'a Operation,
    prey: Prey,
    variant: Variant,
    views: Vec<View>,
    /// The lists in which an object made in the victim's name would be.
    lists: Vec<RequestSpec>,
}

/// A verdict, the view that led to it, and the exchange that shows it.
struct Judged {
    verdict: Verdict,
    view: usize,
    last: Option<u64>,
}

impl From<(Verdict, u64)> for Judged {
    fn from((verdict, number): (Verdict, u64)) -> Self {
        Self {
            verdict,
            view: 0,
            last: Some(number),
        }
    }
}

impl<'a> Attack<'a> {
    /// Chooses the identifiers that are attacked, the variant at a position, and reads the views before.
    async fn prepare(
        context: &'a Context<'a>,
        operation: &'a Operation,
        prey: Prey,
        at: usize,
    ) -> Result<Self, Untested> {
        let session = context.session;
        prey::make_beside(context, operation).await;
        let variants = session.variants(operation, &prey.object, context.attacker);
        let variant = variants.into_iter().nth(at);
        let variant = variant.ok_or(
            "no object is known whose identifier it takes and that is not the attacker's too",
        )?;
        let watches = watches(context, operation, &variant).await?;
        let lists = forged_lists(context, operation, &prey.object);
        if watches.is_empty() && lists.is_empty() && !sets_credentials(operation) {
            let victim = session.name(prey.owner);
            let why =
                format!("no read of the document shows {victim} the object: an effect is not seen");
            return Err(why.into());
        }
        let mut views = Vec::new();
        for watch in watches {
            views.push(View {
                before: before(context, operation, (&prey, &variant), &watch).await?,
                after: None,
                watch,
            });
        }
        Ok(Self {
            context,
            operation,
            prey,
            variant,
            views,
            lists,
        })
    }

    /// Reads the views after the attack, and judges the worst effect in them.
    async fn judge(&mut self, strike: &Strike) -> Result<Judged, ProbeError> {
        let mut judged = Judged {
            verdict: refusal(self.context, &strike.exchange),
            view: 0,
            last: None,
        };
        for (at, view) in self.views.iter_mut().enumerate() {
            let spec = &view.watch.spec;
            let after = after(self.context, self.prey.owner, spec, &strike.exchange).await?;
            let last = Some(after[1].number);
            view.after = Some(after);
            let object = &self.prey.object;
            let verdict = effect(self.context, self.operation, object, (view, strike)).await;
            if at == 0 || verdict.weight() > judged.verdict.weight() {
                judged = Judged {
                    verdict,
                    view: at,
                    last,
                };
            }
        }
        Ok(judged)
    }

    /// Tries the attack without a token where it was refused.
    async fn unauthenticated(
        &self,
        judged: &Judged,
        strike: &Strike,
    ) -> Result<Option<Attempt>, ProbeError> {
        let view = self.views.first();
        if judged.verdict.is_confirmed() || strike.exchange.answer.is_accepted() {
            return Ok(None);
        }
        let Some(view) = view else { return Ok(None) };
        let refused = &strike.exchange;
        unauthenticated(self.context, self.operation, &self.variant, (view, refused)).await
    }

    /// Looks for an effect that no view shows.
    async fn other_effect(&self, strike: &Strike) -> Result<Option<Judged>, Untested> {
        let (context, operation, owner) = (self.context, self.operation, self.prey.owner);
        let object = &*self.prey.object;
        if let Some(found) = password_effect(context, operation, owner, &strike.exchange).await? {
            return Ok(Some(found.into()));
        }
        if let Some(found) = forged(context, &self.lists, object, &strike.canaries).await? {
            return Ok(Some(found.into()));
        }
        if let Some(found) = made_for(context, &self.lists, &self.variant, strike).await? {
            return Ok(Some(found.into()));
        }
        let found = gained(context, object, &strike.exchange).await?;
        Ok(found.map(Judged::from))
    }

    /// Takes the object out of use, and writes what it was before where the scan did not make it. What only a
    /// header names is there once, and stays in use.
    async fn end(&self, judged: &Judged) {
        let (context, operation) = (self.context, self.operation);
        if !operation.slots.iter().all(Slot::is_ambient) {
            context.session.world.lock().retire(&self.prey.object);
        }
        if let (false, Some(view)) = (self.prey.is_made, self.views.get(judged.view)) {
            restore(context, operation, &self.variant, &view.before[1]).await;
        }
    }

    fn attempt(self, judged: Judged, attack: &Recorded) -> Attempt {
        let class = class_of(self.operation);
        let is_gone = judged.verdict.reason().contains("is gone");
        let view = self.views.get(judged.view);
        let before = view.into_iter().flat_map(|view| &view.before);
        let after = view.into_iter().flat_map(|view| &view.after).flatten();
        let mut shortest = self.prey.object.history.clone();
        shortest.push(attack.number);
        let mut exchanges = shortest.clone();
        exchanges.extend(before.chain(after).map(|one| one.number));
        exchanges.extend(judged.last.filter(|_| judged.verdict.is_confirmed()));
        exchanges.sort_unstable();
        exchanges.dedup();
        shortest.extend(judged.last);
        Attempt {
            parameters: self.variant.parameters,
            attacker: Some(self.context.attacker),
            victim: Some(self.prey.owner),
            shortest,
            ..Attempt::new(
                match is_gone && class == Class::ObjectWrite {
                    true => Class::ObjectDelete,
                    false => class,
                },
                judged.verdict,
                exchanges,
            )
        }
    }
}
