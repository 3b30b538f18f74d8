//! Describes what a scan would do, without a request.

use std::collections::BTreeMap;

use crate::{
    document::{Api, Kind, Operation, Place, Slot},
    report::model::Class,
};

/// Describes what a scan would try of every operation, one resource after another.
#[must_use]
pub fn text(api: &Api, base: &str, allow_writes: bool) -> String {
    let operations = &api.operations;
    let count = operations.len();
    let mut text = format!("{count} operations at {base}; nothing is sent.\n");
    let mut collections: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for one in operations {
        collections.entry(&one.collection).or_default().push(one);
    }
    for (collection, operations) in collections {
        let texts = operations
            .iter()
            .map(|one| operation(api, one, allow_writes));
        text.push_str(&format!("\n{collection}\n{}", texts.collect::<String>()));
    }
    for (name, why) in &api.unread {
        text.push_str(&format!("\n{name}: not tested: {why}\n"));
    }
    let requests = operations.iter().map(|one| estimate(one, allow_writes));
    let requests = requests.sum::<usize>();
    text + &format!("\nAt most about {requests} requests.\n")
}

fn operation(api: &Api, one: &Operation, allow_writes: bool) -> String {
    let what = what(one, allow_writes);
    let mut text = format!("  {}\n    {what}\n", one.name());
    if let Some(why) = &one.administrative {
        text.push_str(&format!("    for administrators: {why}\n"));
    }
    for slot in &one.slots {
        text.push_str(&format!("    {}\n", self::slot(api, slot)));
    }
    text
}

/// Returns what would be done with an operation.
fn what(one: &Operation, allow_writes: bool) -> String {
    let names: Vec<_> = classes(one).iter().map(|class| class.name()).collect();
    let what = match one.kind {
        Kind::Reset => "never called: it wipes or rebuilds everything, by its name",
        Kind::SignOut => "called for tokens of its own only, at the end: it ends sessions",
        Kind::SignIn => "signs callers in",
        _ if one.is_write() && !allow_writes => {
            "not tested: it writes, and --allow-writes is not given"
        }
        _ if names.is_empty() => "read for what callers see without an identifier",
        _ => return format!("tested for {}", names.join(", ")),
    };
    what.to_owned()
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
    let makers = api.makers().chain(api.of_kind(Kind::Register));
    let makers = makers.filter(|one| {
        let entity = one.entity.as_ref();
        entity.is_some_and(|entity| slot.entities.contains(entity))
    });
    let makers: Vec<_> = makers.map(Operation::name).take(2).collect();
    let origin = match makers.is_empty() {
        true => " that the caller has".to_owned(),
        false => format!(", made by {}", makers.join(" or ")),
    };
    format!("{place} `{}`: a {entity}{origin}", slot.name)
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
