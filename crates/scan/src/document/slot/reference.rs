//! The slot that a name makes, and whether it refers to an object at all.

use super::{
    model::{Form, Place, Slot, last_name},
    name::{entities_and_field, person},
};
use crate::word::{KNOWN_KINDS, folded, is_id_name, singular, words};

impl Slot {
    /// Returns the slot of a member that a refusal asked for; `None` if it refers to no object.
    #[must_use]
    pub fn of_member(name: &str, entity: Option<&str>) -> Option<Self> {
        let is_person = person(&singular(&folded(name))) == "user";
        let is_reference = is_person || is_reference(name, Place::Body);
        let is_list = words(name).last().is_some_and(|last| is_plural_id(last));
        is_reference.then(|| match is_list {
            true => Self {
                form: Form::List,
                ..slot(Place::Body, &format!("/{name}/0"), entity, true)
            },
            false => slot(Place::Body, &format!("/{name}"), entity, true),
        })
    }
}

/// Makes a slot; `near` is the kind of object that the path names before it.
pub(super) fn slot(place: Place, name: &str, near: Option<&str>, is_required: bool) -> Slot {
    let mut words = words(last_name(name));
    words.retain(|word| word != "x");
    if let Some(last) = words.last_mut().filter(|word| is_plural_id(word)) {
        *last = singular(last);
    }
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
        form: Form::One,
    }
}

/// Returns true for a word that names several identifiers.
pub(super) fn is_plural_id(word: &str) -> bool {
    matches!(word, "ids" | "uuids" | "guids")
}

/// Returns true if a parameter outside the path refers to an object.
pub(super) fn is_reference(name: &str, place: Place) -> bool {
    let words = words(name);
    let whole = words.concat();
    if NO_REFERENCE.contains(&whole.as_str()) {
        return false;
    }
    let is_kind = |word: &String| KNOWN_KINDS.contains(&person(&singular(word)).as_str());
    match place {
        Place::Header => is_id_name(name) && words.len() > 1 || names_owner(&words),
        Place::Query => is_id_name(name) || words.len() == 1 && words.iter().all(is_kind),
        Place::Body => {
            let last = words.last().map(|word| singular(word)).unwrap_or_default();
            matches!(
                last.as_str(),
                "id" | "uuid" | "guid" | "username" | "vin" | "account"
            ) || words.len() == 1 && is_id_name(name) && whole != "slug" && whole != "login"
                || matches!(
                    whole.as_str(),
                    "owner" | "user" | "tenant" | "assignee" | "userid"
                )
        }
        Place::Path => true,
    }
}

/// Names of parameters that identify no object.
const NO_REFERENCE: [&str; 26] = [
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
    "xclientid",
    "deviceid",
    "xdeviceid",
    "xsessionid",
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

/// Returns true if the words of a header name an owner: `X-Tenant`, `X-Current-Org`.
fn names_owner(words: &[String]) -> bool {
    let plain = ["x", "current", "active", "selected"];
    let mut rest = words.iter().filter(|word| !plain.contains(&word.as_str()));
    let is_owner = rest
        .next()
        .is_some_and(|word| OWNERS.contains(&word.as_str()));
    is_owner && rest.next().is_none()
}

/// Words of headers that say for whom a caller acts.
const OWNERS: [&str; 14] = [
    "tenant",
    "org",
    "organization",
    "organisation",
    "account",
    "workspace",
    "company",
    "customer",
    "realm",
    "namespace",
    "shop",
    "store",
    "site",
    "user",
];
