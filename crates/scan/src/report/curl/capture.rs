//! The variables that lines set and use.

use super::{
    call::Call,
    fresh::Fresh,
    line::Filled,
    name::Names,
    piece::Piece,
    source::{Origin, Source, filter, origin},
};
use crate::request::{Reference, Spot};

/// The variables of a line.
#[derive(Debug, Default)]
pub(super) struct Captured {
    /// Those that it sets.
    pub(super) captures: Vec<Capture>,
    /// Those that it uses, by the parts of its request.
    pub(super) filled: Vec<Filled>,
}

/// A variable that a line sets from its answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Capture {
    pub(super) variable: String,
    pub(super) source: Source,
}

/// Finds the variables of all lines: for identifiers that the answer to an earlier line has, and for tokens of
/// callers that sign in.
pub(super) fn captured(calls: &[Call<'_>], fresh: &Fresh) -> Vec<Captured> {
    let mut captured: Vec<Captured> = calls.iter().map(|_| Captured::default()).collect();
    sign_ins(calls, &mut captured);
    let mut names = Names::default();
    let mut literal: Vec<&Reference> = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let earlier = calls.get(..at).unwrap_or_default();
        for reference in &call.references {
            let is_known = literal.iter().any(|one| is_same(one, reference));
            if is_known || fresh.is_sent(&reference.value) || !is_plain(&reference.value) {
                continue;
            }
            let Some(variable) = variable(earlier, reference, &mut captured, &mut names) else {
                literal.push(reference);
                continue;
            };
            if let Some(own) = captured.get_mut(at) {
                let piece = piece(call, reference, variable);
                own.filled.push((reference.spot.clone(), piece));
            }
        }
    }
    captured
}

/// Returns true if two references have the same identifier of the same kind.
fn is_same(one: &Reference, other: &Reference) -> bool {
    let kind = |one: &Reference| one.slot.as_ref().map(|slot| slot.entities.clone());
    one.value == other.value && kind(one) == kind(other)
}

/// Returns true for an identifier that JSON and headers take as it is.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && !id.contains(|sign: char| sign.is_control() || matches!(sign, '"' | '\\'))
}

/// Takes the tokens of callers that send a later line.
fn sign_ins(calls: &[Call<'_>], captured: &mut [Captured]) {
    for (at, (call, own)) in calls.iter().zip(captured).enumerate() {
        let Some(sign_in) = &call.signs_in else {
            continue;
        };
        let mut later = calls.iter().skip(at + 1);
        let is_used = later.any(|one| one.caller.as_ref() == Some(&sign_in.variable));
        let json = call.exchange.answer.json.as_ref().filter(|_| is_used);
        own.captures.extend(json.map(|json| Capture {
            variable: sign_in.variable.clone(),
            source: Source::Member(filter(json, &sign_in.pointer)),
        }));
    }
}

/// Returns the variable for an identifier that the answer to an earlier call has.
fn variable(
    earlier: &[Call<'_>],
    reference: &Reference,
    captured: &mut [Captured],
    names: &mut Names,
) -> Option<String> {
    let mut found = earlier.iter().zip(captured);
    let (origin, own) = found.find_map(|(call, own)| Some((origin(call, reference)?, own)))?;
    let known = own.captures.iter().find(|one| one.source == origin.source);
    if let Some(known) = known {
        return Some(known.variable.clone());
    }
    own.can_take(&origin).then(|| {
        let variable = names.add(&origin.kind, &origin.field);
        own.captures.push(Capture {
            variable: variable.clone(),
            source: origin.source,
        });
        variable
    })
}

impl Captured {
    /// Returns the texts by which rows are told from others.
    pub(super) fn marks(&self) -> impl Iterator<Item = &String> {
        let captures = self.captures.iter();
        captures.filter_map(|one| match &one.source {
            Source::Row { mark, .. } => Some(mark),
            _ => None,
        })
    }

    /// Returns false for a header beside a body, as one command yields only one of them.
    fn can_take(&self, origin: &Origin) -> bool {
        let is_header = |source: &Source| *source == Source::Location;
        let mut captures = self.captures.iter();
        captures.all(|one| !is_header(&one.source) && !is_header(&origin.source))
    }
}

/// Returns the piece for a variable, encoded where the value had to be.
fn piece(call: &Call<'_>, reference: &Reference, variable: String) -> Piece {
    let target = &call.exchange.request.target;
    let raw = match &reference.spot {
        Spot::Target(range) => target.get(range.clone()),
        _ => None,
    };
    match raw.is_some_and(|raw| raw != reference.value) {
        true => Piece::Encoded(variable),
        false => Piece::Variable(variable),
    }
}
