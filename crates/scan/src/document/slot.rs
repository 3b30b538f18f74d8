//! The places of a request where the identifier of an object goes.

use airside_api::document::{Detail, Schema};

use super::Kind;
use crate::word::{folded, is_id_name, is_verb, kind_of_segment, singular, words};

/// A place of a request where the identifier of an object goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The part of the request.
    pub place: Place,
    /// The name of the parameter, or the JSON pointer in the body.
    pub name: String,
    /// The kinds of objects that it could identify, the likeliest first.
    pub entities: Vec<String>,
    /// The identifying field of the object, as its words joined: `id`, `title`.
    pub field: String,
    /// True if a request must have it.
    pub is_required: bool,
}

/// A part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A parameter of the path.
    Path,
    /// A parameter of the query.
    Query,
    /// A header.
    Header,
    /// A member of the body.
    Body,
}

impl Slot {
    /// Returns the names of fields that could hold the identifier, the likeliest first.
    #[must_use]
    pub fn field_names(&self) -> Vec<String> {
        let mut names = vec![self.short_name()];
        let push = |name: String, names: &mut Vec<String>| {
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        };
        for entity in &self.entities {
            push(format!("{entity}{}", self.field), &mut names);
        }
        push(self.field.clone(), &mut names);
        let is_plain_id = matches!(
            self.field.as_str(),
            "" | "id" | "uuid" | "guid" | "pk" | "oid"
        );
        if is_plain_id {
            for entity in &self.entities {
                push(format!("{entity}id"), &mut names);
            }
            for name in ["id", "uuid", "guid", "pk", "oid", "key", "slug"] {
                push(name.to_owned(), &mut names);
            }
            for entity in &self.entities {
                push(format!("{entity}uuid"), &mut names);
            }
        }
        if self.field.is_empty() {
            for name in ["username", "name", "email", "code", "number"] {
                push(name.to_owned(), &mut names);
            }
        }
        names
    }

    /// Returns the name of the parameter or member, folded.
    fn short_name(&self) -> String {
        folded(self.name.rsplit('/').next().unwrap_or_default())
    }
}

/// Finds the slots of an operation.
pub(super) fn slots(path: &str, detail: &Detail, entity: Option<&str>, kind: Kind) -> Vec<Slot> {
    let mut slots = path_slots(path, detail);
    if matches!(kind, Kind::SignIn | Kind::SignOut | Kind::Reset) {
        return slots;
    }
    for parameter in &detail.parameters {
        let place = match parameter.place.as_str() {
            "query" => Place::Query,
            "header" => Place::Header,
            _ => continue,
        };
        if is_reference(&parameter.name, place) && parameter.schema.values.is_empty() {
            slots.push(slot(place, &parameter.name, entity, parameter.is_required));
        }
    }
    if let Some(body) = &detail.body {
        body_slots(&body.schema, "", entity, &mut slots);
    }
    if kind == Kind::Register {
        slots.retain(|slot| slot.place != Place::Body);
    }
    if kind == Kind::Create {
        // an identifier of the new object itself is chosen by the caller
        slots.retain(|slot| {
            slot.place != Place::Body
                || slot.entities.first().map(String::as_str) != entity
                || words(slot.name.rsplit('/').next().unwrap_or_default()).len() > 1
                    && slot.field == "id"
        });
    }
    slots
}

fn path_slots(path: &str, detail: &Detail) -> Vec<Slot> {
    let segments: Vec<&str> = path.split('/').filter(|one| !one.is_empty()).collect();
    let mut slots = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let Some(name) = parameter_of(segment) else {
            continue;
        };
        let described = detail.parameters.iter();
        let mut described = described.filter(|one| one.place == "path" && one.name == name);
        let schema = described.next().map(|one| &one.schema);
        if schema.is_some_and(|schema| !schema.values.is_empty()) {
            continue;
        }
        let before = segments.get(..at).unwrap_or_default().iter().rev();
        let mut before = before.filter(|one| !one.starts_with('{') && !is_verb(one));
        let kind = before.find_map(|one| kind_of_segment(one));
        slots.push(slot(Place::Path, name, kind.as_deref(), true));
    }
    slots
}

/// Returns the name of the parameter in a segment of a path.
pub(super) fn parameter_of(segment: &str) -> Option<&str> {
    let (_, behind) = segment.split_once('{')?;
    let (name, _) = behind.split_once('}')?;
    Some(name.trim_end_matches('*'))
}

fn slot(place: Place, name: &str, near: Option<&str>, is_required: bool) -> Slot {
    let short = name.rsplit('/').next().unwrap_or_default();
    let mut words = words(short);
    words.retain(|word| word != "x");
    let near = near.map(str::to_owned);
    let (mut entities, field) = entities_and_field(&words, near);
    // people have many names
    if entities.first().is_some_and(|one| person(one) == "user")
        && !entities.iter().any(|one| one == "user")
    {
        entities.push("user".to_owned());
    }
    Slot {
        place,
        name: name.to_owned(),
        entities,
        field,
        is_required,
    }
}

/// Returns the kinds of objects that a name could identify, and the field that does.
fn entities_and_field(words: &[String], near: Option<String>) -> (Vec<String>, String) {
    let mut entities = Vec::new();
    let push = |name: String, entities: &mut Vec<String>| {
        if !name.is_empty() && !entities.contains(&name) {
            entities.push(name);
        }
    };
    let (Some(last), Some(first)) = (words.last(), words.first()) else {
        return (near.into_iter().collect(), String::new());
    };
    let last = match last.as_str() {
        "ids" => "id",
        last => last,
    };
    // `userid`, in one word
    let run_together = last
        .strip_suffix("id")
        .filter(|stem| words.len() == 1 && crate::word::KNOWN_KINDS.contains(stem));
    if let Some(stem) = run_together {
        push(stem.to_owned(), &mut entities);
        near.into_iter().for_each(|near| push(near, &mut entities));
        return (entities, "id".to_owned());
    }
    if last == "username" || last == "email" || last == "login" {
        push("user".to_owned(), &mut entities);
        near.into_iter().for_each(|near| push(near, &mut entities));
        return (entities, last.to_owned());
    }
    let stem_words = words.get(..words.len() - 1).unwrap_or_default();
    let stem = singular(&stem_words.concat());
    match (&near, words.len()) {
        // `/orders/{id}`, and `/users/{user}`
        (_, 1) if is_id_name(last) => near.into_iter().for_each(|near| push(near, &mut entities)),
        (_, 1) => {
            let own = singular(first);
            let is_own = near.as_deref() == Some(own.as_str());
            let own = person(&own);
            if is_own || crate::word::KNOWN_KINDS.contains(&own.as_str()) || near.is_none() {
                push(own, &mut entities);
                near.into_iter().for_each(|near| push(near, &mut entities));
                return (entities, String::new());
            }
            near.into_iter().for_each(|near| push(near, &mut entities));
        }
        (Some(near), _) if singular(first) == *near => {
            push(near.clone(), &mut entities);
            let rest: Vec<_> = words.iter().skip(1).map(String::as_str).collect();
            return (entities, rest.concat());
        }
        _ => {
            push(person(&stem), &mut entities);
            // `from_account_id` is an account
            let word = stem_words.last().map(|word| singular(word));
            word.into_iter()
                .for_each(|word| push(person(&word), &mut entities));
            near.into_iter().for_each(|near| push(near, &mut entities));
            if !is_id_name(last) {
                push(singular(last), &mut entities);
                return (entities, String::new());
            }
        }
    }
    (entities, last.to_owned())
}

/// Returns `user` for the names that people have beside it.
fn person(name: &str) -> String {
    match name {
        "owner" | "author" | "creator" | "assignee" | "member" | "recipient" | "sender"
        | "receiver" | "customer" | "client" | "buyer" | "seller" | "patient" | "person"
        | "rider" | "driver" | "student" | "teacher" | "employee" | "doctor" | "player"
        | "profile" | "people" | "guest" | "subscriber" => "user".to_owned(),
        name => name.to_owned(),
    }
}

/// Returns true if a parameter outside the path refers to an object.
fn is_reference(name: &str, place: Place) -> bool {
    let words = words(name);
    let whole = words.concat();
    const NEVER: [&str; 22] = [
        "xrequestid",
        "requestid",
        "xcorrelationid",
        "correlationid",
        "idempotencykey",
        "xidempotencykey",
        "xtraceid",
        "traceid",
        "apikey",
        "xapikey",
        "clientid",
        "sessionid",
        "zipcode",
        "postalcode",
        "countrycode",
        "code",
        "number",
        "key",
        "reference",
        "ref",
        "phonenumber",
        "couponcode",
    ];
    if NEVER.contains(&whole.as_str()) {
        return false;
    }
    let known =
        |word: &String| crate::word::KNOWN_KINDS.contains(&person(&singular(word)).as_str());
    match place {
        Place::Header => is_id_name(name) && words.len() > 1,
        Place::Query => is_id_name(name) || words.len() == 1 && words.iter().all(known),
        Place::Body => {
            let is_strict = words.last().is_some_and(|last| {
                matches!(
                    last.as_str(),
                    "id" | "ids" | "uuid" | "guid" | "username" | "vin"
                )
            });
            is_strict
                || words.len() == 1 && is_id_name(name) && whole != "slug" && whole != "login"
                || words.last().is_some_and(|last| last == "account")
                || matches!(
                    whole.as_str(),
                    "owner" | "user" | "tenant" | "assignee" | "userid"
                )
        }
        Place::Path => true,
    }
}

fn body_slots(schema: &Schema, pointer: &str, entity: Option<&str>, slots: &mut Vec<Slot>) {
    if pointer.matches('/').count() >= 3 || slots.len() > 12 {
        return;
    }
    for (name, member) in &schema.properties {
        if member.is_read_only {
            continue;
        }
        let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        let is_scalar = member.properties.is_empty() && member.items.is_none();
        let is_bare = matches!(folded(name).as_str(), "id" | "uuid" | "guid");
        // a bare `id` below the top is that of the object around it
        let near = match (is_bare, pointer.matches('/').count()) {
            (true, 1) => entity.map(str::to_owned),
            (true, _) => {
                let around = pointer.rsplit('/').nth(1).unwrap_or_default();
                kind_of_segment(around)
            }
            _ => None,
        };
        if is_scalar
            && is_reference(name, Place::Body)
            && member.values.is_empty()
            && !member.is("boolean")
        {
            let is_required = schema.required.contains(name);
            slots.push(slot(Place::Body, &pointer, near.as_deref(), is_required));
        } else if !member.properties.is_empty() {
            body_slots(member, &pointer, entity, slots);
        }
    }
}
