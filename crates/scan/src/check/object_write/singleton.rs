//! Attacks on what a caller has once.

use std::sync::Arc;

use serde_json::Map;

use super::{
    effect::effect,
    strike::attack,
    watch::{View, Watch, after, twice},
};
use crate::{
    check::{Attempt, Context},
    document::Operation,
    exchange::Recorded,
    probe::ProbeError,
    report::model::{Class, Part},
    request::Assignment,
    session::Variant,
    tree::{leaves, text_of},
    value::Tactic,
    world::Object,
};

/// Attacks what a caller has once: names another person in the body, and looks at what that person has.
pub(super) async fn singleton(
    context: &Context<'_>,
    operation: &Operation,
) -> Result<Attempt, ProbeError> {
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
