//! The sources of an object's identifier: its members, and the addresses that an answer says of it.
//!
//! An address is matched against the paths of the document, and never followed: its host counts for nothing.

use std::collections::BTreeMap;

use url::Url;

use super::Session;
use crate::{
    document::Slot,
    exchange::Exchange,
    tree::{FoundObject, addressed_objects},
    word::kind_of_segment,
};

impl Session {
    /// Returns the objects in an answer, with the identifiers that are in their own addresses only.
    #[must_use]
    pub fn objects_in(&self, exchange: &Exchange, entity: Option<&str>) -> Vec<FoundObject> {
        let json = exchange.answer.json.as_ref();
        let mut found = json
            .map(|json| addressed_objects(json, entity))
            .unwrap_or_default();
        for one in &mut found {
            let kind = one.entity.clone();
            for address in std::mem::take(&mut one.addresses) {
                self.add_address(exchange, &address, kind.as_deref(), &mut one.fields);
                one.addresses.push(address);
            }
        }
        found.retain(|one| !one.fields.is_empty());
        found
    }

    /// Adds the identifiers in the `Location` of an answer to the values of the new object.
    pub(super) fn add_location(
        &self,
        exchange: &Exchange,
        entity: &str,
        fields: &mut BTreeMap<String, String>,
    ) {
        let Some(location) = exchange.answer.location.as_deref() else {
            return;
        };
        if self.add_address(exchange, location, Some(entity), fields) {
            return;
        }
        // a document may lack the path at which a new object is
        let path = self.path_of(exchange, location).unwrap_or_default();
        let last = path.trim_end_matches('/').rsplit('/').next();
        let last = last.unwrap_or_default();
        let is_collection = kind_of_segment(last).as_deref() == Some(entity);
        let is_known = !self.api.identifiers_in(&path).is_empty();
        if !last.is_empty() && !is_collection && !is_known {
            fields.entry("id".to_owned()).or_insert(last.to_owned());
        }
    }

    /// Adds the identifiers in the address of an object to its values. Returns true if the address is that of
    /// an object of this kind.
    fn add_address(
        &self,
        exchange: &Exchange,
        address: &str,
        entity: Option<&str>,
        fields: &mut BTreeMap<String, String>,
    ) -> bool {
        let Some(path) = self.path_of(exchange, address) else {
            return false;
        };
        let mut is_own = false;
        for found in self.api.identifiers_in(&path) {
            let Some(((slot, id), around)) = found.split_last() else {
                continue;
            };
            if !entity.is_none_or(|entity| slot.entities.iter().any(|one| one == entity)) {
                continue;
            }
            is_own = true;
            for (slot, value) in around {
                add_parent(slot, value, fields);
            }
            for name in [slot.short_name(), "id".to_owned()] {
                fields.entry(name).or_insert_with(|| id.clone());
            }
        }
        is_own
    }

    /// Returns the path of an address below that of the API; a relative one begins at the request.
    fn path_of(&self, exchange: &Exchange, address: &str) -> Option<String> {
        let base = self.probe.base();
        let request = format!("{}{}", base.as_str(), exchange.request.target);
        let url = Url::parse(&request).ok()?.join(address).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let prefix = base.url().path().trim_end_matches('/');
        let below = url.path().strip_prefix(prefix);
        let below = below.filter(|path| path.is_empty() || path.starts_with('/'));
        Some(below.unwrap_or(url.path()).to_owned())
    }
}

/// Gives an object the identifier of what is around it, under the names that a slot has for it.
pub(super) fn add_parent(slot: &Slot, value: &str, fields: &mut BTreeMap<String, String>) {
    let Some(entity) = slot.entities.first() else {
        return;
    };
    let field = match slot.field.as_str() {
        "" => "id",
        field => field,
    };
    let names = [format!("{entity}{field}"), slot.short_name()];
    for name in names.into_iter().filter(|name| name != "id") {
        fields.entry(name).or_insert_with(|| value.to_owned());
    }
}
