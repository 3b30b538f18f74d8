//! The lists of the attacker, and what they show of objects such as the attacked one.

use std::collections::BTreeSet;

use crate::{
    check::Context,
    document::Operation,
    exchange::{Answer, Recorded},
    tree::objects,
    verdict::{Marker, is_shown},
    word::folded,
    world::Object,
};

/// The reads of the attacker without identifiers, and what lists show of objects such as the attacked one.
#[derive(Default)]
pub(in crate::check) struct Listing {
    reads: Vec<Recorded>,
    /// The names of members that lists show of such an object while it is new; `None` if they show none.
    names: Option<BTreeSet<String>>,
}

impl Listing {
    /// Looks for an object in these reads of the attacker, in further pages of them, and for another one that is
    /// made as it was made.
    pub(in crate::check) async fn of(
        context: &Context<'_>,
        operation: &Operation,
        (object, markers): (&Object, &[Marker]),
        reads: Vec<Recorded>,
    ) -> Self {
        let session = context.session;
        let mut listing = Self { reads, names: None };
        if operation.administrative.is_some() || listing.has(context, operation, object, markers) {
            return listing;
        }
        let lists = listing.lists(context, operation, object);
        for list in &lists {
            let pages = session.further_pages(Some(context.attacker), list).await;
            listing.reads.extend(pages);
        }
        if !listing.has(context, operation, object, markers) {
            let found = session.listed_of_sibling(object, context.attacker, &lists);
            listing.names = found.await;
        }
        listing
    }

    /// Returns the reads that tell what the attacker may see.
    pub(super) fn legitimate(&self, context: &Context<'_>, operation: &Operation) -> Vec<Recorded> {
        let reads = self.reads.iter();
        let own = reads.filter(|one| is_legitimate(context, operation, one));
        own.cloned().collect()
    }

    /// Returns the canaries of an object in members that lists show of another one such as this.
    pub(super) fn canaries(&self, object: &Object) -> Vec<String> {
        let names = self.names.as_ref();
        let own = object.canaries.iter();
        let listed = own.filter(|one| names.is_some_and(|names| names.contains(&one.name)));
        listed.map(|one| one.text.clone()).collect()
    }

    /// Returns true if a list has the object, or had another one such as this while it was new.
    pub(in crate::check) fn lists_object(
        &self,
        context: &Context<'_>,
        operation: &Operation,
        object: &Object,
    ) -> bool {
        self.names.is_some() || self.is_there(context, operation, object)
    }

    /// Returns true if the object may be meant for all: it is in a list of the attacker. Something else below
    /// it is private if the attacker's own list of such things lacks it, or if it is a single thing.
    pub(super) fn is_shared(
        &self,
        context: &Context<'_>,
        operation: &Operation,
        (object, shown): (&Object, &Answer),
    ) -> bool {
        let session = context.session;
        let lists = self.legitimate(context, operation);
        if !self.lists_object(context, operation, object) {
            return false;
        }
        if operation.entity.as_deref() == Some(object.entity.as_str()) {
            return true;
        }
        let is_list = shown.json.as_ref().is_some_and(|json| {
            let found = objects(json, None);
            found.iter().any(|one| one.is_item)
        });
        let has_own_list = lists.iter().any(|one| {
            let other = session.operation(one.request.operation);
            one.answer.is_accepted() && other.is_some_and(|one| one.entity == operation.entity)
        });
        let is_filtered = has_own_list || is_filter(operation);
        is_list && !is_filtered
    }

    /// Returns true if a list has the object, or all that was shown of it.
    fn has(
        &self,
        context: &Context<'_>,
        operation: &Operation,
        object: &Object,
        markers: &[Marker],
    ) -> bool {
        let reads = self.legitimate(context, operation);
        let is_elsewhere = |marker| reads.iter().any(|one| is_shown(marker, &one.answer));
        self.is_there(context, operation, object) || markers.iter().all(is_elsewhere)
    }

    /// Returns true if a list has the object.
    fn is_there(&self, context: &Context<'_>, operation: &Operation, object: &Object) -> bool {
        let session = context.session;
        let lists = self.legitimate(context, operation);
        session.is_listed(object, &self.reads) || session.is_in_other_list(object, &lists)
    }

    /// Returns the lists whose rows could be such objects: by what they are about, or by their members.
    fn lists(
        &self,
        context: &Context<'_>,
        operation: &Operation,
        object: &Object,
    ) -> Vec<Recorded> {
        let names: Vec<_> = object
            .canaries
            .iter()
            .map(|one| folded(&one.name))
            .collect();
        let mut lists = self.legitimate(context, operation);
        lists.retain(|one| {
            let other = context.session.operation(one.request.operation);
            let is_about = other.is_some_and(|other| other.entity.as_ref() == Some(&object.entity));
            let json = one
                .answer
                .json
                .as_ref()
                .filter(|_| one.answer.is_accepted());
            let rows = json.map(|json| objects(json, None)).unwrap_or_default();
            let mut rows = rows.iter().filter(|row| row.is_item);
            let has_rows = rows.any(|row| names.iter().any(|name| row.fields.contains_key(name)));
            json.is_some() && (is_about || has_rows)
        });
        lists
    }
}

/// Returns true if a read lists what the caller has, unless a parameter says otherwise.
fn is_filter(operation: &Operation) -> bool {
    operation.path_slots().next().is_none() && operation.slots.iter().all(|slot| !slot.is_required)
}

/// Returns true if a read tells what the attacker may see: not one of administrators, and not the operation
/// itself.
pub(super) fn is_legitimate(context: &Context<'_>, operation: &Operation, read: &Recorded) -> bool {
    let index = read.request.operation;
    let other = context.session.operation(index);
    index != operation.index && other.is_some_and(|one| one.administrative.is_none())
}
