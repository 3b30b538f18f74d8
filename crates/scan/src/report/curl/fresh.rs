//! Values that the scan made up, made new at each run: what must be unique is not refused then.

use std::collections::BTreeSet;

use airside_api::document::Schema;

use super::{
    call::Call,
    piece::{Piece, replaced},
};
use crate::{
    document::Operation,
    request::{Reference, Spot},
    tree::{Leaf, leaves, text_of},
    value::{canaries_in, is_made_phone, takes},
};

/// The values that the lines make up themselves.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    texts: BTreeSet<String>,
    /// Values that were there before the lines, or that have a form which a new one could leave.
    fixed: BTreeSet<String>,
    /// Whole values in bodies.
    sent: BTreeSet<String>,
}

impl Fresh {
    /// Finds the values that the bodies of the calls have first: what a path or an identifier has before was
    /// made by something else.
    pub(super) fn of(calls: &[Call<'_>]) -> Self {
        let mut fresh = Self::default();
        for call in calls {
            fresh.read(call);
        }
        fresh
    }

    fn read(&mut self, call: &Call<'_>) {
        let request = &call.exchange.request;
        let headers = request.headers.iter().map(|(_, value)| value);
        for text in headers.chain([&request.target]) {
            self.fix(text);
        }
        let Some(body) = request.body.value() else {
            return;
        };
        for (pointer, leaf) in leaves(body) {
            let Some(text) = text_of(leaf.value) else {
                continue;
            };
            match is_reference(&call.references, &pointer) {
                true => self.fix(&text),
                false => self.make(&leaf, &text, schema_at(call.operation, &pointer)),
            }
            self.sent.insert(text);
        }
    }

    fn fix(&mut self, text: &str) {
        let canaries = canaries_in(text).into_iter().map(str::to_owned);
        let known = canaries.filter(|one| !self.texts.contains(one));
        self.fixed.extend(known.collect::<Vec<_>>());
    }

    /// Takes the values in a member of a body, unless its pattern does not take new ones.
    fn make(&mut self, leaf: &Leaf<'_>, text: &str, schema: Option<&Schema>) {
        let pattern = schema.and_then(|schema| schema.pattern.as_ref());
        let mut own = canaries_in(text);
        own.extend(Some(text).filter(|text| is_made_phone(leaf.name, text)));
        for one in own {
            let renewed = format!("{}{SAMPLE}", kept(one));
            let is_taken = pattern.is_none_or(|own| takes(own, &text.replace(one, &renewed)));
            match is_taken && !self.fixed.contains(one) {
                true => drop(self.texts.insert(one.to_owned())),
                false => {
                    self.texts.remove(one);
                    self.fixed.insert(one.to_owned());
                }
            }
        }
    }

    /// Returns true if a value was made up and sent as it is: it needs no variable of its own.
    pub(super) fn is_sent(&self, value: &str) -> bool {
        self.sent.contains(value) && self.texts.iter().any(|one| value.contains(one))
    }

    /// Puts the variable [`RUN`] into the values.
    pub(super) fn put(&self, pieces: Vec<Piece>) -> Vec<Piece> {
        self.texts.iter().fold(pieces, |pieces, text| {
            let with = [Piece::text(kept(text)), Piece::Variable(RUN.to_owned())];
            replaced(pieces, text, &with)
        })
    }
}

fn is_reference(references: &[Reference], pointer: &str) -> bool {
    let mut references = references.iter().filter(|one| one.slot.is_some());
    references.any(|one| matches!(&one.spot, Spot::Body(own) if own == pointer))
}

/// Returns the schema of a member of the body.
fn schema_at<'a>(operation: Option<&'a Operation>, pointer: &str) -> Option<&'a Schema> {
    let body = operation?.detail.body.as_ref()?;
    let names = pointer.split('/').skip(1);
    names
        .map(|name| name.replace("~1", "/").replace("~0", "~"))
        .try_fold(&body.schema, |schema, name| {
            let items = || schema.items.as_deref();
            schema.property(&name).or_else(items)
        })
}

/// Returns the part of a value that stays.
fn kept(text: &str) -> &str {
    let end = text.len().saturating_sub(SAMPLE.len());
    text.get(..end).unwrap_or_default()
}

/// The variable with digits that differ from run to run.
const RUN: &str = "RUN";

/// The line that sets [`RUN`]: the last digits of the time.
pub(super) const SET_RUN: &str = "RUN=$(date +%s | cut -c6-10)";

/// A value that [`RUN`] may have.
const SAMPLE: &str = "12345";
