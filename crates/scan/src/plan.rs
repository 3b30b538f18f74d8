//! What a scan would do, without a request.

use crate::{
    document::{Api, Kind, Operation, Place, Slot},
    report::model::Class,
};

/// Describes what a scan would try of every operation, one resource after another.
#[must_use]
pub fn text(api: &Api, base: &str, allow_writes: bool) -> String {
    let mut text = format!(
        "{} operations at {base}; nothing is sent.\n",
        api.operations.len()
    );
    let mut collections: Vec<&str> = api
        .operations
        .iter()
        .map(|one| one.collection.as_str())
        .collect();
    collections.sort_unstable();
    collections.dedup();
    for collection in collections {
        text.push_str(&format!("\n{collection}\n"));
        for one in api
            .operations
            .iter()
            .filter(|one| one.collection == collection)
        {
            text.push_str(&operation(api, one, allow_writes));
        }
    }
    for (name, why) in &api.unread {
        text.push_str(&format!("\n{name}: not tested: {why}\n"));
    }
    text.push_str(&format!(
        "\nAt most about {} requests.\n",
        api.operations
            .iter()
            .map(|one| estimate(one, allow_writes))
            .sum::<usize>()
    ));
    text
}

fn operation(api: &Api, one: &Operation, allow_writes: bool) -> String {
    let mut text = format!("  {} {}\n", one.method, one.path);
    let classes = classes(one);
    let names: Vec<_> = classes.iter().map(|class| class.name()).collect();
    let what = match (one.kind, names.is_empty()) {
        (Kind::Reset, _) => "never called: it wipes or rebuilds everything, by its name".to_owned(),
        (Kind::SignOut, _) => "never called: it ends sessions".to_owned(),
        (Kind::SignIn, _) => "signs callers in".to_owned(),
        _ if one.is_write() && !allow_writes => {
            "not tested: it writes, and --allow-writes is not given".to_owned()
        }
        (_, true) => "read for what callers see without an identifier".to_owned(),
        (_, false) => format!("tested for {}", names.join(", ")),
    };
    text.push_str(&format!("    {what}\n"));
    if let Some(why) = &one.administrative {
        text.push_str(&format!("    for administrators: {why}\n"));
    }
    for slot in &one.slots {
        text.push_str(&format!("    {}\n", self::slot(api, slot)));
    }
    text
}

/// Returns the classes of holes that an operation is tested for.
fn classes(one: &Operation) -> Vec<Class> {
    let mut classes = Vec::new();
    if one.administrative.is_some() {
        classes.push(Class::Function);
    } else if !one.slots.is_empty() {
        classes.push(match one.kind {
            Kind::Read => Class::ObjectRead,
            Kind::Delete => Class::ObjectDelete,
            _ => Class::ObjectWrite,
        });
    }
    if matches!(one.kind, Kind::Create | Kind::Register | Kind::Update) {
        classes.push(Class::PropertyWrite);
    }
    classes
}

fn slot(api: &Api, slot: &Slot) -> String {
    let place = match slot.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Body => "body",
    };
    let entity = slot.entities.first().map_or("object", String::as_str);
    let makers = api.operations.iter().filter(|one| {
        matches!(one.kind, Kind::Create | Kind::Register)
            && one
                .entity
                .as_ref()
                .is_some_and(|entity| slot.entities.contains(entity))
    });
    let makers: Vec<_> = makers.map(Operation::name).take(2).collect();
    match makers.is_empty() {
        true => format!("{place} `{}`: a {entity} that the caller has", slot.name),
        false => format!(
            "{place} `{}`: a {entity}, made by {}",
            slot.name,
            makers.join(" or ")
        ),
    }
}

/// Returns about how many requests an operation takes.
fn estimate(one: &Operation, allow_writes: bool) -> usize {
    match (one.kind, one.is_write()) {
        (Kind::Reset | Kind::SignOut | Kind::SignIn, _) => 0,
        (_, true) if !allow_writes => 0,
        (_, false) if one.slots.is_empty() => 6,
        (_, false) => 12,
        (_, true) => 25,
    }
}
