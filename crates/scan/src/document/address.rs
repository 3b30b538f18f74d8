//! The identifiers in an address, by the paths of the document.

use percent_encoding::percent_decode_str;

use super::{Api, Operation, Slot, slot::parameter_of};

impl Api {
    /// Returns the identifiers in the path of an address, by the slots of the paths that it fits: the last one
    /// of each is that of the object at the address. A path fits if the address ends as it begins, up to one
    /// of its parameters; of several the longest counts, and of these the one with the fewest parameters.
    #[must_use]
    pub fn identifiers_in(&self, path: &str) -> Vec<Vec<(&Slot, String)>> {
        let address = Address::parse(path);
        let fits = self.operations.iter().flat_map(|one| address.fits(one));
        let fits: Vec<Fit<'_>> = fits.collect();
        let best = fits.iter().map(Fit::rank).max();
        let best = fits.into_iter().filter(|one| Some(one.rank()) == best);
        let found = best.filter(|one| one.is_of_object).map(|one| one.found);
        let mut unique: Vec<Vec<(&Slot, String)>> = Vec::new();
        for one in found {
            if !one.is_empty() && !unique.contains(&one) {
                unique.push(one);
            }
        }
        unique
    }
}

/// The segments of the path of an address.
struct Address(Vec<String>);

/// The beginning of an operation's path that an address fits.
struct Fit<'a> {
    found: Vec<(&'a Slot, String)>,
    length: usize,
    /// True if it ends with a parameter, and not with a word such as `me`.
    is_of_object: bool,
}

impl Fit<'_> {
    fn rank(&self) -> (usize, usize) {
        (self.length, self.length - self.found.len().min(self.length))
    }
}

impl Address {
    fn parse(path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments = path.split('/').filter(|one| !one.is_empty());
        let decoded = segments.map(|one| percent_decode_str(one).decode_utf8_lossy().into_owned());
        Self(decoded.collect())
    }

    /// Returns the beginnings of an operation's path that the end of the address fits.
    fn fits<'a>(&self, operation: &'a Operation) -> Vec<Fit<'a>> {
        let template = operation.path.split(['?', '#']).next().unwrap_or_default();
        let template: Vec<&str> = template.split('/').filter(|one| !one.is_empty()).collect();
        let beginnings = (1..=template.len()).filter_map(|length| template.get(..length));
        let fits = beginnings.filter_map(|beginning| {
            let is_whole = beginning.len() == template.len();
            let is_of_object = beginning.last().is_some_and(|one| one.starts_with('{'));
            let fit = self.fit(operation, beginning)?;
            (is_of_object || is_whole).then_some(Fit {
                found: fit,
                length: beginning.len(),
                is_of_object,
            })
        });
        fits.collect()
    }

    /// Returns the identifiers if the address ends with these segments. What is before them is a prefix: then
    /// they begin with a word.
    fn fit<'a>(
        &self,
        operation: &'a Operation,
        segments: &[&str],
    ) -> Option<Vec<(&'a Slot, String)>> {
        let before = self.0.len().checked_sub(segments.len())?;
        let begins_with_word = segments.first().is_some_and(|one| !one.contains('{'));
        if before > 0 && !begins_with_word {
            return None;
        }
        let mut found = Vec::new();
        for (segment, own) in segments.iter().zip(self.0.iter().skip(before)) {
            match parameter_of(segment) {
                None if segment != own => return None,
                None => {}
                Some(name) => {
                    let slot = operation.path_slots().find(|slot| slot.name == name);
                    found.extend(slot.map(|slot| (slot, own.clone())));
                }
            }
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::document::tests::api_of;

    fn found(path: &str) -> String {
        let api = api_of(json!({
            "/orders": {"get": {}},
            "/orders/{id}": {"get": {}},
            "/orders/{id}/items/{item}": {"get": {}},
            "/orders/{number}/cancel": {"post": {}},
            "/users/{id}": {"get": {}},
            "/users/me": {"get": {}},
        }));
        let all = api.identifiers_in(path);
        let mut texts: Vec<String> = all.iter().map(|one| text(one)).collect();
        texts.sort();
        texts.join(" or ")
    }

    fn text(found: &[(&crate::document::Slot, String)]) -> String {
        let pairs = found
            .iter()
            .map(|(slot, value)| format!("{}={value}", slot.name));
        pairs.collect::<Vec<_>>().join(",")
    }

    #[test]
    fn an_address_has_the_identifiers_of_the_longest_path_that_it_fits() {
        for (path, expected) in [
            ("/orders/7", "id=7 or number=7"),
            ("/orders/a%20b/", "id=a b or number=a b"),
            ("/public/v2/orders/7?view=full", "id=7 or number=7"),
            ("/orders/7/items/9", "id=7,item=9"),
            ("/users/5", "id=5"),
            // the controls: a collection, the caller's own, and what the document does not have
            ("/orders", ""),
            ("/users/me", ""),
            ("/baskets/7", ""),
            ("", ""),
        ] {
            assert_eq!(found(path), expected, "{path}");
        }
    }
}
