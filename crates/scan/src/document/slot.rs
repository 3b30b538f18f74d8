//! The places of a request where the identifier of an object goes.

use airside_api::document::{Detail, Schema};

use super::Kind;
use crate::word::{KNOWN_KINDS, folded, is_id_name, is_verb, kind_of_segment, singular, words};

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
        let of_entities = |field: &str| {
            let names = self
                .entities
                .iter()
                .map(|entity| format!("{entity}{field}"));
            names.collect::<Vec<_>>()
        };
        let texts = |names: &[&str]| names.iter().map(|one| (*one).to_owned()).collect();
        let is_plain_id = matches!(
            self.field.as_str(),
            "" | "id" | "uuid" | "guid" | "pk" | "oid"
        );
        let mut all = vec![vec![self.short_name()], of_entities(&self.field)];
        all.push(vec![self.field.clone()]);
        if is_plain_id {
            all.push(of_entities("id"));
            all.push(texts(&["id", "uuid", "guid", "pk", "oid", "key", "slug"]));
            all.push(of_entities("uuid"));
        }
        if self.field.is_empty() {
            all.push(texts(&["username", "name", "email", "code", "number"]));
        }
        unique(all.concat())
    }

    /// Returns the slot of a member that a refusal asked for; `None` if it refers to no object.
    #[must_use]
    pub fn of_member(name: &str, entity: Option<&str>) -> Option<Self> {
        let is_person = person(&singular(&folded(name))) == "user";
        let is_reference = is_person || is_reference(name, Place::Body);
        is_reference.then(|| slot(Place::Body, &format!("/{name}"), entity, true))
    }

    /// Returns true if it names a person.
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.entities.iter().any(|one| one == "user")
    }

    /// Returns the name of the parameter or member, folded.
    fn short_name(&self) -> String {
        folded(self.name.rsplit('/').next().unwrap_or_default())
    }
}

/// Returns names without repetitions, and without empty ones.
fn unique(names: Vec<String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    for name in names {
        if !name.is_empty() && !unique.contains(&name) {
            unique.push(name);
        }
    }
    unique
}

/// Finds the slots of an operation.
pub(super) fn slots(path: &str, detail: &Detail, entity: Option<&str>, kind: Kind) -> Vec<Slot> {
    let mut slots = path_slots(path, detail);
    if matches!(kind, Kind::SignIn | Kind::SignOut | Kind::Reset) {
        return slots;
    }
    slots.extend(parameter_slots(detail, entity));
    if let Some(body) = &detail.body {
        body_slots(&body.schema, "", entity, &mut slots);
    }
    slots.retain(|slot| match kind {
        Kind::Register => slot.place != Place::Body,
        // an identifier of the new object itself is chosen by the caller
        Kind::Create => {
            let is_own = slot.entities.first().map(String::as_str) == entity;
            let name = slot.name.rsplit('/').next().unwrap_or_default();
            slot.place != Place::Body || !is_own || words(name).len() > 1 && slot.field == "id"
        }
        _ => true,
    });
    slots
}

/// Finds the slots of the query and of the headers.
fn parameter_slots(detail: &Detail, entity: Option<&str>) -> Vec<Slot> {
    let slots = detail.parameters.iter().filter_map(|parameter| {
        let place = match parameter.place.as_str() {
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return None,
        };
        let is_reference =
            is_reference(&parameter.name, place) && parameter.schema.values.is_empty();
        is_reference.then(|| slot(place, &parameter.name, entity, parameter.is_required))
    });
    slots.collect()
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

/// Returns the kinds of objects that a name could identify, and the field that does; `near` is the kind that
/// the path names before it.
fn entities_and_field(words: &[String], near: Option<String>) -> (Vec<String>, String) {
    let near: Vec<String> = near.into_iter().collect();
    let Some(last) = words.last() else {
        return (near, String::new());
    };
    let last = match last.as_str() {
        "ids" => "id",
        last => last,
    };
    let of = |own: String, field: &str| {
        let entities = [own].into_iter().chain(near.clone()).collect();
        (unique(entities), field.to_owned())
    };
    // `userid`, in one word
    let run_together = last
        .strip_suffix("id")
        .filter(|stem| words.len() == 1 && KNOWN_KINDS.contains(stem));
    if let Some(stem) = run_together {
        return of(stem.to_owned(), "id");
    }
    if last == "username" || last == "email" || last == "login" {
        return of("user".to_owned(), last);
    }
    match words {
        [only] => of_one_word(only, last, near),
        words => of_several_words(words, last, near),
    }
}

/// Returns those of `/orders/{id}`, and of `/users/{user}`.
fn of_one_word(word: &str, last: &str, near: Vec<String>) -> (Vec<String>, String) {
    let own = singular(word);
    let is_own = near.first() == Some(&own);
    let own = person(&own);
    let is_kind = is_own || KNOWN_KINDS.contains(&own.as_str()) || near.is_empty();
    match is_kind && !is_id_name(last) {
        true => (unique([vec![own], near].concat()), String::new()),
        false => (near, last.to_owned()),
    }
}

/// Returns those of `order_id`, and of `from_account_id`.
fn of_several_words(words: &[String], last: &str, near: Vec<String>) -> (Vec<String>, String) {
    let stem_words = words.split_last().map_or(words, |(_, stem)| stem);
    let begins_near = words.first().map(|first| singular(first)) == near.first().cloned();
    if begins_near {
        let rest: Vec<_> = words.iter().skip(1).map(String::as_str).collect();
        return (near, rest.concat());
    }
    let mut entities = vec![person(&singular(&stem_words.concat()))];
    // `from_account_id` is an account
    entities.extend(stem_words.last().map(|word| person(&singular(word))));
    entities.extend(near);
    match is_id_name(last) {
        true => (unique(entities), last.to_owned()),
        false => {
            entities.push(singular(last));
            (unique(entities), String::new())
        }
    }
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
    if NO_REFERENCE.contains(&whole.as_str()) {
        return false;
    }
    let is_kind = |word: &String| KNOWN_KINDS.contains(&person(&singular(word)).as_str());
    match place {
        Place::Header => is_id_name(name) && words.len() > 1,
        Place::Query => is_id_name(name) || words.len() == 1 && words.iter().all(is_kind),
        Place::Body => {
            let last = words.last().map(String::as_str).unwrap_or_default();
            matches!(
                last,
                "id" | "ids" | "uuid" | "guid" | "username" | "vin" | "account"
            ) || words.len() == 1 && is_id_name(name) && whole != "slug" && whole != "login"
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
    for (name, member) in schema
        .properties
        .iter()
        .filter(|(_, one)| !one.is_read_only)
    {
        let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        let is_required = schema.required.contains(name);
        if refers(name, member) || is_required && names_person(name, member) {
            let near = near(name, &pointer, entity);
            slots.push(slot(Place::Body, &pointer, near.as_deref(), is_required));
        } else if !member.properties.is_empty() {
            body_slots(member, &pointer, entity, slots);
        }
    }
}

/// Returns true if a member of a body refers to an object.
fn refers(name: &str, member: &Schema) -> bool {
    let is_scalar = member.properties.is_empty() && member.items.is_none();
    let is_free = member.values.is_empty() && !member.is("boolean");
    is_scalar && is_free && is_reference(name, Place::Body)
}

/// Returns true if a member names a person that the new object is about: `patient` of a prescription. A document
/// that has a value for it names somebody else.
fn names_person(name: &str, member: &Schema) -> bool {
    let is_scalar = member.properties.is_empty() && member.items.is_none();
    let has_value = member.default.is_some() || member.example.is_some();
    let is_free = member.values.is_empty() && member.format.is_none() && !has_value;
    is_scalar && is_free && SUBJECTS.contains(&folded(name).as_str())
}

/// Returns the kind of object that a bare `id` identifies: below the top it is that of the object around it.
fn near(name: &str, pointer: &str, entity: Option<&str>) -> Option<String> {
    let is_bare = matches!(folded(name).as_str(), "id" | "uuid" | "guid");
    match (is_bare, pointer.matches('/').count()) {
        (true, 1) => entity.map(str::to_owned),
        (true, _) => kind_of_segment(pointer.rsplit('/').nth(1).unwrap_or_default()),
        _ => None,
    }
}

/// Names of parameters that identify no object.
const NO_REFERENCE: [&str; 22] = [
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

/// Names of people that an object is about, and not of those who make or answer for it.
const SUBJECTS: [&str; 9] = [
    "patient",
    "customer",
    "member",
    "student",
    "employee",
    "rider",
    "player",
    "subscriber",
    "buyer",
];
