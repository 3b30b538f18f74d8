//! Judges whether an answer shows the attacker what is the victim's.

use serde_json::{Map, Value};

use super::{
    Verdict,
    marker::{Marker, MarkerSource, is_shown},
};
use crate::{
    document::{DeclaredAccess, DeclaredToken},
    exchange::Answer,
    identity::Identity,
    tree::{leaves, text_of},
    world::Object,
};

/// The markers of the victim in an answer to the attacker.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disclosure {
    /// The markers, with JSON pointers to them where the answer is JSON.
    pub shown: Vec<(Marker, String)>,
}

/// Finds the victim's markers in an answer to the attacker. One that stands in the attacker's own object
/// does not count, and a marker that the scan did not make counts only in an object that names the victim
/// or is the attacked one.
#[must_use]
pub fn disclosed(
    markers: &[Marker],
    answer: &Answer,
    object: &Object,
    (victim, attacker): (&Identity, &Identity),
) -> Disclosure {
    let Some(json) = &answer.json else {
        let plain = markers
            .iter()
            .filter(|one| one.source == MarkerSource::Canary && is_shown(one, answer));
        let shown = plain.map(|one| (one.clone(), String::new()));
        return Disclosure {
            shown: shown.collect(),
        };
    };
    let leaves = leaves(json);
    let shown = markers.iter().filter_map(|marker| {
        let (pointer, leaf) = leaves.iter().find(|(_, leaf)| {
            marker.is_in(leaf) && is_victims(leaf.around, marker, object, (victim, attacker))
        })?;
        let mut marker = marker.clone();
        // the name in the answer tells what is shown
        leaf.name.clone_into(&mut marker.name);
        Some((marker, pointer.clone()))
    });
    Disclosure {
        shown: shown.collect(),
    }
}

/// Returns true if the smallest object around a marker is the victim's, as far as it says.
fn is_victims(
    around: Option<&Map<String, Value>>,
    marker: &Marker,
    object: &Object,
    (victim, attacker): (&Identity, &Identity),
) -> bool {
    let Some(around) = around else {
        return marker.source == MarkerSource::Canary;
    };
    let names_victim = victim.is_carried_by(around) || is_object(around, object);
    match marker.source {
        MarkerSource::Found => names_victim,
        MarkerSource::Canary => names_victim || !attacker.is_carried_by(around),
    }
}

/// Returns true if members are those of an object, by its identifier.
pub(crate) fn is_object(members: &Map<String, Value>, object: &Object) -> bool {
    let ids = object.ids();
    members.iter().any(|(name, value)| {
        let own = crate::word::folded(name);
        let is_id = matches!(own.as_str(), "id" | "uuid" | "guid" | "pk" | "slug")
            || own == format!("{}id", object.entity);
        is_id && text_of(value).is_some_and(|text| ids.contains(text.as_str()))
    })
}

/// The facts beside a disclosure, read after it was found.
#[derive(Debug)]
pub struct DisclosureContext<'a> {
    /// The victim's own view, by the same operation.
    pub own_view: &'a Answer,
    /// The markers of that view.
    pub markers: &'a [Marker],
    /// The answer to the attacker.
    pub attack: &'a Answer,
    /// The answer without a token.
    pub anonymous: Option<&'a Answer>,
    /// The answers that the attacker may see anyway: lists, and everything without an identifier.
    pub legitimate: &'a [&'a Answer],
    /// The canaries in members that lists show the attacker of other objects that are made in the same way.
    pub listed_canaries: &'a [String],
    /// True if a list of the attacker has the object.
    pub is_listed: bool,
    /// The statements of the document about the operation's callers.
    pub declared: &'a DeclaredAccess,
    /// The names of attacker and victim.
    pub names: (&'a str, &'a str),
    /// True if both are named as of one tenant.
    pub is_same_tenant: bool,
    /// True if the API refuses another read without a token.
    pub refuses_without_token: bool,
}

/// Judges what is shown to the attacker.
#[must_use]
pub fn judge(disclosure: &Disclosure, context: &DisclosureContext<'_>) -> Verdict {
    let (attacker, victim) = context.names;
    if disclosure.shown.is_empty() {
        return refusal(context);
    }
    if context.declared.any_object {
        return Verdict::Refuted("the document declares that every caller may read it".to_owned());
    }
    let is_elsewhere = |marker: &Marker| {
        let mut legitimate = context.legitimate.iter();
        let is_listed = context.listed_canaries.contains(&marker.text);
        is_listed || legitimate.any(|one| is_shown(marker, one))
    };
    let shown = disclosure.shown.iter();
    let hidden: Vec<_> = shown.filter(|(marker, _)| !is_elsewhere(marker)).collect();
    if hidden.is_empty() {
        return Verdict::Refuted(format!(
            "what it shows {attacker} of {victim}'s object, {attacker}'s own lists show too"
        ));
    }
    let sensitive = hidden.iter().find(|(marker, _)| marker.is_sensitive());
    let named = sensitive.or(hidden.first());
    let what = named.map_or_else(String::new, |(marker, pointer)| describe(marker, pointer));
    if let Some(anonymous) = context.anonymous
        && hidden.iter().all(|(marker, _)| is_shown(marker, anonymous))
    {
        return context.public(sensitive.is_some(), &what);
    }
    context
        .excuse(sensitive.is_some(), &what)
        .unwrap_or_else(|| {
            Verdict::Confirmed(format!("{attacker} reads {what} of {victim}'s object"))
        })
}

impl DisclosureContext<'_> {
    /// Returns the verdict where the object may be meant for the attacker: a part is kept back, a list has it,
    /// or both are of one tenant.
    fn excuse(&self, is_sensitive: bool, what: &str) -> Option<Verdict> {
        let (attacker, victim) = self.names;
        let mut withheld = self
            .markers
            .iter()
            .filter(|marker| is_shown(marker, self.own_view) && !is_shown(marker, self.attack));
        if let Some(withheld) = withheld.next() {
            let why = format!(
                "it shows {attacker} a part of {victim}'s object ({what}) and keeps back another (`{}`), so the part may be public",
                withheld.name
            );
            return Some(match is_sensitive {
                true => Verdict::Suspect(why),
                false => Verdict::Refuted(why),
            });
        }
        let why = match (is_sensitive, self.is_listed, self.is_same_tenant) {
            (true, ..) | (_, false, false) => return None,
            (_, true, _) => {
                format!("which {attacker}'s own list has too: the object may be shared")
            }
            (_, false, true) => "and both are of one tenant".to_owned(),
        };
        Some(Verdict::Suspect(format!(
            "it shows {attacker} {what} of {victim}'s object, {why}"
        )))
    }
}

impl DisclosureContext<'_> {
    /// Judges what is shown without a token too.
    fn public(&self, is_sensitive: bool, what: &str) -> Verdict {
        let is_proven = is_sensitive || self.refuses_without_token && !self.is_listed;
        match (self.declared.token, is_sensitive) {
            (DeclaredToken::Required, _) if is_proven => Verdict::Confirmed(format!(
                "it shows {what} without a token, and the document requires one"
            )),
            (DeclaredToken::Required, _) => Verdict::Suspect(format!(
                "it shows {what} without a token, and the document requires one"
            )),
            (_, true) => Verdict::Suspect(format!("it is public, and shows {what}")),
            (_, false) => Verdict::Refuted("it is public: it answers without a token".to_owned()),
        }
    }
}

fn describe(marker: &Marker, pointer: &str) -> String {
    match (pointer.is_empty(), marker.source) {
        (true, _) => format!("the value of `{}`", marker.name),
        (false, MarkerSource::Canary) => format!("the canary in `{pointer}`"),
        (false, MarkerSource::Found) => format!("the value in `{pointer}`"),
    }
}

fn refusal(context: &DisclosureContext<'_>) -> Verdict {
    let status = context.attack.status;
    let (attacker, victim) = context.names;
    match context.attack.is_accepted() {
        true => Verdict::Refuted(format!(
            "{attacker} is answered {status}, without anything of {victim}'s object"
        )),
        false => Verdict::of_refusal(attacker, status),
    }
}
