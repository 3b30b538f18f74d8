//! Another's object changed or deleted, or something done in another's name.

use std::sync::Arc;

use serde_json::Map;
use tokio::time::{Duration, sleep};

use super::{
    Attempt, Context,
    object_read::{Evidence, judge_answer},
};
use crate::{
    document::{DeclaredToken, Kind, Operation, Place, Slot},
    exchange::{Answer, IdentityIndex, Outcome, Recorded, RequestSpec},
    probe::ProbeError,
    report::model::{Class, Part},
    request::{Assignment, key},
    session::Variant,
    tree::{leaves, text_of},
    value::{self, Canary, Tactic},
    verdict::{EffectFacts, Target, Verdict, disclosed, judge_effect, markers},
    word::is_password,
    world::Object,
};

/// Checks every write that is not a deletion.
pub(super) async fn run_changes(context: &Context<'_>) {
    run(context, |operation| !deletes(operation)).await;
}

/// Checks every deletion.
pub(super) async fn run_deletes(context: &Context<'_>) {
    run(context, deletes).await;
}

fn deletes(operation: &Operation) -> bool {
    operation.kind == Kind::Delete
        || operation.path.split('/').any(|one| {
            let words = crate::word::words(one);
            matches!(
                words.first().map(String::as_str),
                Some("delete" | "remove" | "destroy")
            )
        })
}

async fn run(context: &Context<'_>, is_wanted: fn(&Operation) -> bool) {
    let operations = context.session.api.operations.iter().filter(|one| {
        one.is_write()
            && (!one.slots.is_empty() || one.kind == Kind::Update)
            && matches!(
                one.kind,
                Kind::Create | Kind::Update | Kind::Delete | Kind::Act | Kind::Read
            )
    });
    let mut operations: Vec<_> = operations.filter(|one| is_wanted(one)).collect();
    operations.sort_by_key(|one| match one.kind {
        Kind::Create => 0,
        Kind::Update => 1,
        _ => 2,
    });
    for operation in operations {
        check(context, operation).await;
    }
}

async fn check(context: &Context<'_>, operation: &Operation) {
    let session = context.session;
    (session.progress)(&operation.name());
    let class = class_of(operation);
    let mut last = None;
    if operation.slots.is_empty() {
        let attempt = async |_| singleton(context, operation).await;
        context.prove(operation.index, class, attempt).await;
        return;
    }
    for slot in targets(operation) {
        for at in 0..3 {
            let attempt = async |fresh: bool| {
                let is_person = slot.entities.iter().any(|one| one == "user");
                match is_person && operation.kind != Kind::Create {
                    true => as_throwaway(context, operation, slot, (at, fresh)).await,
                    false => attempt(context, operation, slot, (at, fresh)).await,
                }
            };
            let verdict = context.prove(operation.index, class, attempt).await;
            if verdict.is_confirmed() {
                return;
            }
            let is_over =
                matches!(&verdict, Verdict::NotTested(_)) || at + 1 >= operation.slots.len();
            last = Some(verdict);
            if is_over {
                break;
            }
        }
    }
    if last.is_none() {
        let why = "its identifiers name somebody who is meant to get something";
        context.add(operation.index, Attempt::untested(class, why), 0);
    }
}

/// Attacks an account with another one to be thrown away: an API that ignores the identifier changes the
/// attacker's own.
async fn as_throwaway(
    context: &Context<'_>,
    operation: &Operation,
    slot: &Slot,
    which: (usize, bool),
) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let Ok((attacker, own)) = session.throwaway(None).await else {
        return attempt(context, operation, slot, which).await;
    };
    // it is not a victim of later attacks
    session.world.lock().retire(&own);
    let inner = Context {
        session,
        victim: context.victim,
        attacker,
        holes: parking_lot::Mutex::default(),
    };
    let mut made = attempt(&inner, operation, slot, which).await?;
    if made.attacker == Some(attacker) {
        made.shortest.extend(own.history.clone());
    }
    Ok(made)
}

fn class_of(operation: &Operation) -> Class {
    match (&operation.administrative, deletes(operation)) {
        (Some(_), _) => Class::Function,
        (None, true) => Class::ObjectDelete,
        (None, false) => Class::ObjectWrite,
    }
}

/// Returns the slots whose objects are attacked: the last one of the path, else each of the others.
fn targets(operation: &Operation) -> Vec<&Slot> {
    let path: Vec<_> = operation.path_slots().collect();
    // a member of a team is a person, and the team is what is attacked
    let is_person = |slot: &&&Slot| slot.entities.iter().any(|one| one == "user");
    let path = path
        .iter()
        .rev()
        .find(|slot| !is_person(slot))
        .or(path.last())
        .copied();
    let others = operation
        .slots
        .iter()
        .filter(|one| one.place != Place::Path);
    path.into_iter().chain(others).take(3).collect()
}

/// A victim, and the object that is attacked.
struct Prey {
    owner: IdentityIndex,
    object: Arc<Object>,
    is_made: bool,
}

/// Finds or makes an object for a slot.
async fn prey(
    context: &Context<'_>,
    operation: &Operation,
    slot: &Slot,
    fresh: bool,
) -> Result<Prey, String> {
    let session = context.session;
    let mut why = format!(
        "no object is known whose identifier could be `{}`",
        slot.name
    );
    if slot.entities.iter().any(|one| one == "user") {
        let made = match fresh {
            true => session.throwaway(None).await,
            false => session.some_throwaway().await,
        };
        match made {
            Ok((owner, object)) if object.value_for(slot).is_some() => {
                return Ok(Prey {
                    owner,
                    object,
                    is_made: true,
                });
            }
            Ok(_) => {}
            Err(other) => why = format!("there is no account to throw away: {other}"),
        }
        let is_risky = deletes(operation) || sets_credentials(operation);
        if is_risky {
            return Err(why);
        }
    }
    let administrators = session.identities().into_iter().enumerate();
    let administrators = administrators
        .filter(|(_, one)| *one.is_privileged.read() && !one.is_throwaway)
        .map(|(index, _)| index);
    let owners: Vec<_> = [context.victim].into_iter().chain(administrators).collect();
    for owner in owners {
        let known = session.world.lock().for_slot(owner, slot);
        let made = known
            .iter()
            .find(|one| one.made_by.is_some() && slot.entities.contains(&one.entity));
        if let (Some(object), false) = (made, fresh) {
            return Ok(Prey {
                owner,
                object: Arc::clone(object),
                is_made: true,
            });
        }
        for entity in &slot.entities {
            match session.make(entity, owner).await {
                Ok(object) if object.value_for(slot).is_some() => {
                    return Ok(Prey {
                        owner,
                        object,
                        is_made: true,
                    });
                }
                Ok(_) => {}
                Err(other) => why = other.to_string(),
            }
        }
        let found = known
            .iter()
            .find(|one| slot.entities.contains(&one.entity))
            .or(known.first())
            .cloned();
        if let (Some(object), false) = (found, deletes(operation)) {
            return Ok(Prey {
                owner,
                object,
                is_made: false,
            });
        }
    }
    // a flag or a setting is named in the document only
    if let (Some(_), Some(value), false) = (
        &operation.administrative,
        crate::session::example(operation, slot),
        deletes(operation),
    ) {
        let owner = session.identities().iter().position(|one| {
            *one.is_privileged.read() && !one.is_throwaway && one.lost.read().is_none()
        });
        let (_, name) = key(slot);
        let object = Object {
            entity: slot.entities.first().cloned().unwrap_or_default(),
            owner: owner.ok_or(why)?,
            fields: [(crate::word::folded(&name), value)].into(),
            ..Object::default()
        };
        let object = session.world.lock().add(object);
        return Ok(Prey {
            owner: object.owner,
            object,
            is_made: false,
        });
    }
    Err(why)
}

fn sets_credentials(operation: &Operation) -> bool {
    let body = operation.detail.body.as_ref();
    body.is_some_and(|body| {
        let names = body.schema.properties.iter();
        names.into_iter().any(|(name, _)| is_password(name))
    })
}

async fn attempt(
    context: &Context<'_>,
    operation: &Operation,
    slot: &Slot,
    (at, fresh): (usize, bool),
) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let class = class_of(operation);
    let prey = match prey(context, operation, slot, fresh).await {
        Ok(prey) => prey,
        Err(why) => return Ok(Attempt::untested(class, why)),
    };
    let object = &prey.object;
    let variants = session.variants(operation, object, context.attacker);
    let Some(variant) = variants.into_iter().nth(at) else {
        let why = "no identifier of it tells the victim's object from the attacker's";
        return Ok(Attempt::untested(class, why));
    };
    let watches = watches(context, operation, &variant).await?;
    let lists = forged_lists(context, operation, object);
    if watches.is_empty() && lists.is_empty() && !sets_credentials(operation) {
        let why = format!(
            "{} has no view of the object in which an effect could be seen",
            session.name(prey.owner)
        );
        return Ok(Attempt::untested(class, why));
    }
    let mut views = Vec::new();
    for watch in watches {
        views.push(View {
            before: before(context, operation, (&prey, &variant), &watch).await?,
            after: None,
            watch,
        });
    }
    let (attack, canaries) = attack(context, operation, &variant, None).await?;
    session.note(&attack, Part::Foreign);
    let mut verdict = refusal(context, &attack);
    let mut shown_by = None;
    for (at, view) in views.iter_mut().enumerate() {
        let after = match after(context, prey.owner, &view.watch.spec, &attack).await {
            Ok(after) => after,
            Err(ProbeError::NoCaller(_)) if attack.answer.status < 400 => {
                return account_is_gone(context, operation, (&prey, &variant), &attack).await;
            }
            Err(error) => return Err(error),
        };
        let judged = effect(
            context,
            operation,
            object,
            (view, &after, &attack, &canaries),
        )
        .await;
        view.after = Some(after);
        if at == 0 || judged.weight() > verdict.weight() {
            verdict = judged;
            shown_by = Some(at);
        }
    }
    let last_view = shown_by.and_then(|at| views.get(at)).or(views.first());
    let before = last_view.map(|view| &view.before);
    let after = last_view.and_then(|view| view.after.as_ref());
    let mut exchanges = object.history.clone();
    exchanges.extend(before.into_iter().flatten().map(|one| one.number));
    exchanges.push(attack.number);
    exchanges.extend(after.into_iter().flatten().map(|one| one.number));
    let mut last = after.map(|[_, second]| second.number);
    if !verdict.is_confirmed()
        && !attack.answer.is_accepted()
        && let Some(open) =
            unauthenticated(context, operation, (object, &variant), (&views, &attack)).await?
    {
        return Ok(open);
    }
    if !verdict.is_confirmed() && attack.answer.status < 400 {
        if let Some((by_password, number)) =
            password_effect(context, operation, prey.owner, &attack).await?
        {
            verdict = by_password;
            last = Some(number);
        } else if let Some((forged, number)) = forged(context, &lists, (object, &canaries)).await? {
            verdict = forged;
            last = Some(number);
        } else if let Some((gained, number)) = gained(context, object, &attack).await? {
            verdict = gained;
            last = Some(number);
        } else if let Some(shown) = shown(context, operation, &variant, &attack).await? {
            return Ok(Attempt {
                parameters: variant.parameters,
                ..shown
            });
        }
    }
    if verdict.is_confirmed() {
        exchanges.extend(last);
        session.world.lock().retire(object);
        if !prey.is_made
            && let Some(before) = before
        {
            restore(context, operation, &variant, &before[1]).await;
        }
    }
    let mut shortest = object.history.clone();
    shortest.push(attack.number);
    shortest.extend(last);
    exchanges.sort_unstable();
    exchanges.dedup();
    Ok(Attempt {
        class: match verdict.reason().contains("is gone") && class == Class::ObjectWrite {
            true => Class::ObjectDelete,
            false => class,
        },
        verdict,
        parameters: variant.parameters,
        attacker: Some(context.attacker),
        victim: Some(prey.owner),
        exchanges,
        shortest,
    })
}

/// Judges an attack after which the victim's account can no longer sign in, while another new one can.
async fn account_is_gone(
    context: &Context<'_>,
    operation: &Operation,
    (prey, variant): (&Prey, &Variant),
    attack: &Recorded,
) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let class = class_of(operation);
    let is_made = session
        .identity(prey.owner)
        .is_some_and(|one| one.is_throwaway);
    session.world.lock().retire(&prey.object);
    let (attacker, victim) = (session.name(context.attacker), session.name(prey.owner));
    if !is_made || session.renew_of(prey.owner).await.is_ok() {
        return Ok(Attempt::untested(
            class,
            format!("the token of {victim} stopped working during the attack"),
        ));
    }
    let last = session.probe.last_number();
    if let Err(why) = session.throwaway(None).await {
        return Ok(Attempt::untested(
            class,
            format!("{victim} cannot sign in after the attack, and neither can others: {why}"),
        ));
    }
    let mut shortest = prey.object.history.clone();
    shortest.extend([attack.number, last]);
    Ok(Attempt {
        class: match class {
            Class::ObjectWrite => Class::ObjectDelete,
            other => other,
        },
        verdict: Verdict::Confirmed(format!(
            "{victim}'s account is gone after {attacker}'s request: it cannot sign in any more"
        )),
        parameters: variant.parameters.clone(),
        attacker: Some(context.attacker),
        victim: Some(prey.owner),
        exchanges: shortest.clone(),
        shortest,
    })
}

/// Tries an attack that was refused without a token.
async fn unauthenticated(
    context: &Context<'_>,
    operation: &Operation,
    (object, variant): (&Arc<Object>, &Variant),
    (views, refused): (&[View], &Recorded),
) -> Result<Option<Attempt>, ProbeError> {
    let session = context.session;
    let Some(view) = views.first() else {
        return Ok(None);
    };
    if operation.declared.token == DeclaredToken::Public {
        return Ok(None);
    }
    let attack = session.send(None, refused.request.clone()).await?;
    session.note(&attack, Part::Anonymous);
    if !attack.answer.is_accepted() {
        return Ok(None);
    }
    let after = after(context, object.owner, &view.watch.spec, &attack).await?;
    let canaries: Vec<Canary> = sent_canaries(&attack);
    let judged = effect(
        context,
        operation,
        object,
        (view, &after, &attack, &canaries),
    )
    .await;
    if !judged.is_confirmed() {
        return Ok(None);
    }
    session.world.lock().retire(object);
    let attacker = session.name(context.attacker);
    let mut shortest = object.history.clone();
    shortest.extend([attack.number, after[1].number]);
    Ok(Some(Attempt {
        class: Class::Authentication,
        verdict: Verdict::Confirmed(format!(
            "it changes {}'s object without a token, and refuses {attacker} with {}",
            session.name(object.owner),
            refused.answer.status
        )),
        parameters: variant.parameters.clone(),
        attacker: None,
        victim: Some(object.owner),
        exchanges: shortest.clone(),
        shortest,
    }))
}

/// Returns the canaries in a request, by their form.
fn sent_canaries(exchange: &Recorded) -> Vec<Canary> {
    let Some(body) = exchange.request.body.value() else {
        return Vec::new();
    };
    let leaves = leaves(body);
    let texts = leaves
        .values()
        .filter_map(|leaf| Some((leaf.name, leaf.value.as_str()?)));
    let made = texts.filter(|(_, text)| text.contains("zq") && text.len() >= value::MIN_CANARY);
    made.map(|(name, text)| Canary {
        name: name.to_owned(),
        text: text.to_owned(),
    })
    .collect()
}

/// A request by which the victim watches what happens.
struct Watch {
    spec: RequestSpec,
    /// True if it need not show the object itself.
    is_around: bool,
}

/// What the victim sees before and after an attack.
struct View {
    watch: Watch,
    before: [Recorded; 2],
    after: Option<[Recorded; 2]>,
}

/// Returns the requests by which the victim sees an effect: a read at the address of the operation, and the
/// view of the object.
async fn watches(
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
    let twin = session.twin(operation).and_then(|twin| {
        let ids = session.assign_own(twin, object.owner, Some(object))?;
        Some(
            session
                .build(twin, &ids, &Tactic::default(), None)
                .ok()?
                .spec,
        )
    });
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
async fn before(
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
    let mut makers = session.api.operations.iter();
    let maker = makers.find(|one| one.kind == Kind::Update && one.path == operation.path);
    if let Some(maker) = maker {
        drop(
            session
                .try_body(maker, &variant.own, Some(prey.owner), None)
                .await,
        );
        return twice(context, prey.owner, &watch.spec).await;
    }
    Ok(first)
}

/// Attacks what a caller has once: names another person in the body, and looks at what that person has.
async fn singleton(context: &Context<'_>, operation: &Operation) -> Result<Attempt, ProbeError> {
    let session = context.session;
    let class = Class::ObjectWrite;
    let made = match session.some_throwaway().await {
        Ok(victim) => session
            .throwaway(None)
            .await
            .map(|attacker| (victim, attacker)),
        Err(why) => Err(why),
    };
    let ((victim, object), (attacker, _)) = match made {
        Ok(made) => made,
        Err(why) => {
            return Ok(Attempt::untested(
                class,
                format!(
                    "it changes the caller's own record, and there is no account to throw away: {why}"
                ),
            ));
        }
    };
    let Some(twin) = session.twin(operation) else {
        return Ok(Attempt::untested(
            class,
            "no read at its address shows its effect",
        ));
    };
    let Ok(view) = session.build(twin, &Assignment::new(), &Tactic::default(), None) else {
        return Ok(Attempt::untested(
            class,
            "no read at its address shows its effect",
        ));
    };
    let before = twice(context, victim, &view.spec).await?;
    let names = person_names(&before[0], &object);
    let Some(extra) = names else {
        return Ok(Attempt::untested(class, "nothing in it names a person"));
    };
    let parameters = extra.keys().map(|name| format!("/{name}")).collect();
    let variant = Variant {
        object: Arc::clone(&object),
        own: Assignment::new(),
        foreign: Assignment::new(),
        parameters,
    };
    let inner = Context {
        session,
        victim,
        attacker,
        holes: parking_lot::Mutex::default(),
    };
    let (attack, canaries) = attack(&inner, operation, &variant, Some(&extra)).await?;
    session.note(&attack, Part::Foreign);
    let after = after(&inner, victim, &view.spec, &attack).await?;
    let last = after[1].number;
    let view = View {
        watch: Watch {
            spec: view.spec,
            is_around: true,
        },
        before,
        after: None,
    };
    let verdict = effect(
        &inner,
        operation,
        &object,
        (&view, &after, &attack, &canaries),
    )
    .await;
    if verdict.is_confirmed() {
        session.world.lock().retire(&object);
    }
    let mut shortest = object.history.clone();
    shortest.extend([attack.number, last]);
    let mut exchanges = shortest.clone();
    exchanges.extend(view.before.iter().map(|one| one.number));
    exchanges.sort_unstable();
    Ok(Attempt {
        class,
        verdict,
        parameters: variant.parameters,
        attacker: Some(attacker),
        victim: Some(victim),
        exchanges,
        shortest,
    })
}

/// Returns members that name a person: those in a view, else the usual ones.
fn person_names(view: &Recorded, object: &Object) -> Option<Map<String, serde_json::Value>> {
    let json = view.answer.json.as_ref()?;
    let members = leaves(json)
        .values()
        .find_map(|leaf| leaf.around.cloned())
        .unwrap_or_default();
    let names = [
        "username", "userid", "id", "email", "login", "user", "owner", "uid",
    ];
    let mut found = Map::new();
    for (name, value) in members {
        let whole = crate::word::folded(&name);
        if let (true, Some(own)) = (names.contains(&whole.as_str()), text_of(&value))
            && object.fields.values().any(|field| *field == own)
        {
            found.insert(name, value);
        }
    }
    if found.is_empty() {
        for (name, field) in [("username", "username"), ("user_id", "id")] {
            if let Some(value) = object.fields.get(field) {
                let number = value.parse::<i64>().map(serde_json::Value::from);
                found.insert(
                    name.to_owned(),
                    number.unwrap_or_else(|_| value.clone().into()),
                );
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

async fn twice(
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
async fn after(
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

/// Sends the attack, with other bodies where one is invalid.
async fn attack(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    extra: Option<&Map<String, serde_json::Value>>,
) -> Result<(Recorded, Vec<Canary>), ProbeError> {
    let session = context.session;
    let mut tactic = Tactic {
        takes_last: matches!(operation.kind, Kind::Update | Kind::Act),
        ..session.known_tactic(operation.index)
    };
    let mut tried = vec![tactic.clone()];
    loop {
        let built = session.build(operation, &variant.foreign, &tactic, extra);
        let built =
            built.map_err(|name| ProbeError::Malformed(format!("no value for `{name}`")))?;
        let sent = built.spec.body.value().cloned().unwrap_or_default();
        let exchange = session.send(Some(context.attacker), built.spec).await?;
        let is_invalid = exchange.answer.outcome() == Outcome::Invalid
            && matches!(exchange.answer.status, 400 | 415 | 422);
        let next = value::repaired(&tactic, &sent, &exchange.answer.text);
        let fallbacks = [
            Tactic {
                prefers_examples: true,
                ..Tactic::default()
            },
            Tactic {
                only_required: true,
                ..Tactic::default()
            },
        ];
        let next = next
            .into_iter()
            .chain(fallbacks)
            .find(|one| !tried.contains(one));
        match next {
            Some(next) if is_invalid && tried.len() < 4 && sent.is_object() => {
                tried.push(next.clone());
                tactic = next;
            }
            _ => return Ok((exchange, built.canaries)),
        }
    }
}

async fn effect(
    context: &Context<'_>,
    operation: &Operation,
    object: &Object,
    (view, after, attack, canaries): (&View, &[Recorded; 2], &Recorded, &[Canary]),
) -> Verdict {
    let session = context.session;
    let (Some(victim), Some(attacker)) = (
        session.identity(object.owner),
        session.identity(context.attacker),
    ) else {
        return Verdict::NotTested("a caller is missing".to_owned());
    };
    let target = target(operation);
    let is_shared = match target {
        Target::Itself => false,
        Target::Around => {
            session.is_listed(object, context.attacker).await || reads(context, object).await
        }
    };
    judge_effect(&EffectFacts {
        before: [&view.before[0].answer, &view.before[1].answer],
        after: [&after[0].answer, &after[1].answer],
        attack: &attack.answer,
        canaries,
        object,
        victim: &victim,
        attacker: &attacker,
        target,
        is_shared,
        is_around: view.watch.is_around,
    })
}

/// Returns true if the attacker may read the object, as far as the API lets it: by the operation that shows
/// it to everybody, and not by a hole.
async fn reads(context: &Context<'_>, object: &Object) -> bool {
    let session = context.session;
    let Ok(Some(view)) = session.view(object).await else {
        return false;
    };
    let outcomes = session.outcomes(view.operation);
    let is_hole = outcomes.iter().any(|one| one.verdict.is_confirmed());
    if is_hole {
        return false;
    }
    match session.send(None, view).await {
        Ok(exchange) => {
            exchange.answer.is_accepted()
                && object
                    .canaries
                    .iter()
                    .any(|one| exchange.answer.text.contains(&one.text))
        }
        Err(_) => false,
    }
}

fn target(operation: &Operation) -> Target {
    // what people may do with objects of others
    const SOCIAL: [&str; 12] = [
        "star",
        "like",
        "follow",
        "vote",
        "reaction",
        "subscribe",
        "favorite",
        "favourite",
        "rating",
        "join",
        "membership",
        "subscription",
    ];
    let last = operation
        .path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let is_social =
        crate::word::kind_of_segment(last).is_some_and(|one| SOCIAL.contains(&one.as_str()));
    match operation.kind {
        Kind::Update | Kind::Delete if !is_social => Target::Itself,
        _ if deletes(operation) => Target::Itself,
        _ => Target::Around,
    }
}

fn refusal(context: &Context<'_>, attack: &Recorded) -> Verdict {
    let attacker = context.session.name(context.attacker);
    let status = attack.answer.status;
    match attack.answer.is_accepted() {
        true => Verdict::NotTested(format!(
            "{attacker} is answered {status}, and no view shows whether it has an effect"
        )),
        false => Verdict::of_refusal(&attacker, status),
    }
}

/// Tries the password that the attacker has set.
async fn password_effect(
    context: &Context<'_>,
    operation: &Operation,
    owner: IdentityIndex,
    attack: &Recorded,
) -> Result<Option<(Verdict, u64)>, ProbeError> {
    let session = context.session;
    let is_made = session.identity(owner).is_some_and(|one| one.is_throwaway);
    if !sets_credentials(operation) || !is_made {
        return Ok(None);
    }
    let Some(body) = attack.request.body.value() else {
        return Ok(None);
    };
    let leaves = leaves(body);
    let passwords = leaves.values().filter(|leaf| {
        is_password(leaf.name)
            && !leaf.name.to_lowercase().contains("old")
            && !leaf.name.to_lowercase().contains("current")
    });
    let Some(password) = passwords.filter_map(|leaf| leaf.value.as_str()).next() else {
        return Ok(None);
    };
    let own = session
        .identity(owner)
        .and_then(|one| one.account.read().clone());
    if own.is_some_and(|own| own.password.reveal() == password) {
        return Ok(None);
    }
    if !session.accepts_password(owner, password).await? {
        return Ok(None);
    }
    let (attacker, victim) = (session.name(context.attacker), session.name(owner));
    Ok(Some((
        Verdict::Confirmed(format!(
            "{victim}'s account opens with the password that {attacker} has set"
        )),
        session.probe.last_number(),
    )))
}

/// Returns the lists in which an object made in the victim's name would be.
fn forged_lists(context: &Context<'_>, operation: &Operation, object: &Object) -> Vec<RequestSpec> {
    let session = context.session;
    if operation.kind != Kind::Create {
        return Vec::new();
    }
    let Some(entity) = operation.entity.as_deref() else {
        return Vec::new();
    };
    // what is made for others to have
    const FOR_OTHERS: [&str; 14] = [
        "message",
        "share",
        "invitation",
        "invite",
        "notification",
        "friend",
        "follow",
        "contact",
        "member",
        "membership",
        "assignment",
        "mention",
        "request",
        "mail",
    ];
    if FOR_OTHERS.contains(&entity) {
        return Vec::new();
    }
    let lists = session.lists_of(entity, operation).into_iter();
    let specs = lists.filter_map(|list| {
        let ids = session.assign_own(list, object.owner, Some(object))?;
        Some(
            session
                .build(list, &ids, &Tactic::default(), None)
                .ok()?
                .spec,
        )
    });
    specs.take(2).collect()
}

/// Finds what the attacker made in lists of the victim: in a row that names the victim, or in a list that
/// the attacker does not have too.
async fn forged(
    context: &Context<'_>,
    lists: &[RequestSpec],
    (object, canaries): (&Object, &[Canary]),
) -> Result<Option<(Verdict, u64)>, ProbeError> {
    let session = context.session;
    let (Some(victim), Some(attacker)) = (
        session.identity(object.owner),
        session.identity(context.attacker),
    ) else {
        return Ok(None);
    };
    for list in lists {
        let view = session.send(Some(object.owner), list.clone()).await?;
        let Some(json) = &view.answer.json else {
            continue;
        };
        let leaves = leaves(json);
        let mut rows = leaves.values().filter(|leaf| {
            let text = text_of(leaf.value).unwrap_or_default();
            canaries.iter().any(|one| text.contains(&one.text))
        });
        let Some(row) = rows.find_map(|leaf| leaf.around) else {
            continue;
        };
        // a message to the victim names its sender, and what is shared with the victim is no forgery
        if attacker.is_carried_by(row) || !names_owner(row, &victim) {
            continue;
        }
        let own = session.send(Some(context.attacker), list.clone()).await?;
        let is_shared = canaries
            .iter()
            .any(|one| own.answer.text.contains(&one.text));
        if names_author(row, &victim) || !is_shared {
            let text = format!("what {} made is among {}'s own", attacker.name, victim.name);
            return Ok(Some((Verdict::Confirmed(text), view.number)));
        }
    }
    Ok(None)
}

/// Reads the object as the attacker, who was refused before.
async fn gained(
    context: &Context<'_>,
    object: &Object,
    attack: &Recorded,
) -> Result<Option<(Verdict, u64)>, ProbeError> {
    let session = context.session;
    if !attack.answer.is_accepted() {
        return Ok(None);
    }
    let Some(view) = session.view(object).await? else {
        return Ok(None);
    };
    let was_refused = session
        .outcomes(view.operation)
        .iter()
        .any(|one| matches!(&one.verdict, Verdict::Refuted(why) if why.contains("refused")));
    if !was_refused {
        return Ok(None);
    }
    let read = session.send(Some(context.attacker), view).await?;
    let is_read = object
        .canaries
        .iter()
        .any(|one| read.answer.text.contains(&one.text));
    let (attacker, victim) = (session.name(context.attacker), session.name(object.owner));
    Ok(is_read.then(|| {
        let text = format!(
            "{attacker} reads {victim}'s object after the request, which was refused before"
        );
        (Verdict::Confirmed(text), read.number)
    }))
}

/// Returns true if a row says that it belongs to a caller.
fn names_owner(row: &Map<String, serde_json::Value>, caller: &crate::identity::Identity) -> bool {
    names(
        row,
        caller,
        &[
            "owner", "author", "creator", "created", "customer", "sender", "uploader", "user",
            "account",
        ],
    )
}

/// Returns true if a row says that a caller made it.
fn names_author(row: &Map<String, serde_json::Value>, caller: &crate::identity::Identity) -> bool {
    names(
        row,
        caller,
        &[
            "owner", "author", "creator", "created", "sender", "uploader",
        ],
    )
}

fn names(
    row: &Map<String, serde_json::Value>,
    caller: &crate::identity::Identity,
    words: &[&str],
) -> bool {
    row.iter().any(|(name, value)| {
        let first = crate::word::words(name)
            .into_iter()
            .next()
            .unwrap_or_default();
        let first = first.trim_end_matches("id").to_owned();
        let one = Map::from_iter([(name.clone(), value.clone())]);
        words.contains(&first.as_str()) && caller.is_carried_by(&one)
    })
}

/// Judges what the answer of a write shows of the victim's object.
async fn shown(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    attack: &Recorded,
) -> Result<Option<Attempt>, ProbeError> {
    let session = context.session;
    let object = &variant.object;
    let (Some(victim), Some(attacker)) = (
        session.identity(object.owner),
        session.identity(context.attacker),
    ) else {
        return Ok(None);
    };
    let answer: &Answer = &attack.answer;
    let sent = crate::session::id_values(operation, &variant.foreign);
    let found = markers([answer, answer], &object.canaries, &sent, "");
    let found: Vec<_> = found
        .into_iter()
        .filter(|one| one.source == crate::verdict::MarkerSource::Canary)
        .collect();
    if found.is_empty() {
        return Ok(None);
    }
    let disclosure = disclosed(&found, answer, object, (&victim, &attacker));
    let evidence = Evidence {
        disclosure,
        markers: found,
        own: Arc::clone(attack),
        attack: Arc::clone(attack),
        object: Arc::clone(object),
    };
    let attempt = judge_answer(context, operation, evidence).await?;
    Ok(attempt.map(|one| Attempt {
        class: match one.class {
            Class::ObjectWrite | Class::ObjectDelete => Class::ObjectRead,
            other => other,
        },
        ..one
    }))
}

/// Writes what an object was before, where the scan did not make it.
async fn restore(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
    before: &Recorded,
) {
    let session = context.session;
    let name = format!("{} by `{}`", variant.object.entity, operation.name());
    let members = before
        .answer
        .json
        .as_ref()
        .and_then(|json| leaves(json).values().find_map(|leaf| leaf.around.cloned()));
    let mut extra = Map::new();
    for (member, value) in members.into_iter().flatten() {
        if operation
            .detail
            .body
            .as_ref()
            .is_some_and(|body| body.schema.property(&member).is_some())
        {
            extra.insert(member, value);
        }
    }
    let built = session.build(operation, &variant.own, &Tactic::default(), Some(&extra));
    let restored = match built {
        Ok(built) if operation.kind == Kind::Update && !extra.is_empty() => session
            .send(Some(variant.object.owner), built.spec)
            .await
            .ok(),
        _ => None,
    };
    if !restored.is_some_and(|one| one.answer.is_accepted()) {
        session.leave_behind(format!(
            "{name}: it was changed, and could not be changed back"
        ));
    }
}

/// The time after which a view is read again where the API works on a request later (202).
const ASYNCHRONOUS: Duration = Duration::from_millis(150);

/// How often it is read again.
const MAX_WAITS: usize = 6;
