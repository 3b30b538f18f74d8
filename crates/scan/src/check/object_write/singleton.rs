//! Attacks on what a caller has once.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    effect::effect,
    strike::Strike,
    watch::{View, Watch, after, twice},
};
use crate::{
    check::{Attempt, Context, Untested},
    document::Operation,
    exchange::Recorded,
    report::model::{Class, Part},
    request::Assignment,
    session::Variant,
    tree::{leaves, text_of},
    verdict::Verdict,
    word::folded,
    world::Object,
};

/// Attacks what a caller has once: names another person in the body, and looks at what that person has.
pub(super) async fn singleton(
    context: &Context<'_>,
    operation: &Operation,
) -> Result<Attempt, Untested> {
    let session = context.session;
    let (context, object) = accounts(context).await?;
    let twin = session.twin(operation);
    let spec = twin.and_then(|twin| session.request(twin, &Assignment::new()));
    let spec = spec.ok_or("no read at its address shows its effect")?;
    let before = twice(&context, context.victim, &spec).await?;
    let names = person_names(&before[0], &object).ok_or("nothing in it names a person")?;
    let variant = Variant {
        parameters: names.keys().map(|name| format!("/{name}")).collect(),
        object: Arc::clone(&object),
        own: Assignment::new(),
        foreign: Assignment::new(),
        beside: None,
    };
    let strike = Strike::send(&context, operation, &variant, Some(&names)).await?;
    session.note(&strike.exchange, Part::Foreign);
    let after = after(&context, context.victim, &spec, &strike.exchange).await?;
    let shortest = [strike.exchange.number, after[1].number];
    let shortest = [object.history.clone(), shortest.to_vec()].concat();
    let mut exchanges = shortest.clone();
    exchanges.extend(before.iter().map(|one| one.number));
    exchanges.sort_unstable();
    let watch = Watch {
        spec,
        is_around: true,
    };
    let view = View {
        watch,
        before,
        after: Some(after),
    };
    let verdict = effect(&context, operation, &object, (&view, &strike)).await;
    let verdict = match verdict.is_confirmed() {
        true => unshared(&context, operation, &view, verdict).await?,
        false => verdict,
    };
    if verdict.is_confirmed() {
        session.world.lock().retire(&object);
    }
    Ok(Attempt {
        parameters: variant.parameters,
        attacker: Some(context.attacker),
        victim: Some(context.victim),
        shortest,
        ..Attempt::new(Class::ObjectWrite, verdict, exchanges)
    })
}

/// Judges whether a change needs the name of the victim: without that, what both see is shared, unless only
/// administrators may change it.
async fn unshared(
    context: &Context<'_>,
    operation: &Operation,
    view: &View,
    verdict: Verdict,
) -> Result<Verdict, Untested> {
    let session = context.session;
    if operation.administrative.is_some() {
        return Ok(verdict);
    }
    let attacker = Some(context.attacker);
    let ids = Assignment::new();
    let unnamed = session.try_body(operation, &ids, attacker, None).await;
    let Ok((_, canaries)) = unnamed else {
        return Ok(verdict);
    };
    let seen = session
        .send(Some(context.victim), view.watch.spec.clone())
        .await?;
    let text = &seen.answer.text;
    let is_shared = canaries.iter().any(|canary| text.contains(&canary.text));
    Ok(match is_shared {
        true => Verdict::Suspect(format!(
            "{}, and without naming anybody too: it may be shared",
            verdict.reason()
        )),
        false => verdict,
    })
}

/// Returns two accounts to be thrown away as victim and attacker, and the victim's account.
async fn accounts<'a>(context: &Context<'a>) -> Result<(Context<'a>, Arc<Object>), Untested> {
    let session = context.session;
    let none = |why: String| {
        format!("it changes the caller's own record, and there is no account to throw away: {why}")
    };
    let (victim, object) = session.some_throwaway().await.map_err(none)?;
    let (attacker, _) = session.throwaway(None).await.map_err(none)?;
    Ok((context.between(victim, attacker), object))
}

/// Returns members that name a person: those in a view, else the usual ones.
fn person_names(view: &Recorded, object: &Object) -> Option<Map<String, Value>> {
    let leaves = leaves(view.answer.json.as_ref()?);
    let members = leaves.values().find_map(|leaf| leaf.around);
    let is_own = |(name, value): &(&String, &Value)| {
        let own = text_of(value);
        NAMES.contains(&folded(name).as_str())
            && object
                .fields
                .values()
                .any(|field| own.as_ref() == Some(field))
    };
    let named = members.into_iter().flatten().filter(is_own);
    let mut names: Map<_, _> = named
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if names.is_empty() {
        let usual = [("username", "username"), ("user_id", "id")];
        let usual = usual.into_iter().filter_map(|(name, field)| {
            let value = object.fields.get(field)?;
            let number = value.parse::<i64>().map(Value::from);
            Some((
                name.to_owned(),
                number.unwrap_or_else(|_| value.clone().into()),
            ))
        });
        names.extend(usual);
    }
    (!names.is_empty()).then_some(names)
}

/// The names of members that name a person.
const NAMES: [&str; 8] = [
    "username", "userid", "id", "email", "login", "user", "owner", "uid",
];
