//! The address that an object says of itself.

use serde_json::{Map, Value};

/// Returns the addresses that an object says of itself: `@id` (JSON-LD), `_links.self` (HAL), `links.self`
/// (JSON:API), a link whose `rel` is `self`, and members that hold nothing but its address.
pub(super) fn addresses(members: &Map<String, Value>) -> Vec<String> {
    let plain = PLAIN.iter().filter_map(|name| members.get(*name));
    let linked = LINKS.iter().filter_map(|name| members.get(*name));
    let found = plain.filter_map(address).chain(linked.flat_map(own_links));
    let mut addresses: Vec<String> = Vec::new();
    for one in found.filter(|one| is_address(one)) {
        if !addresses.iter().any(|known| known == one) {
            addresses.push(one.to_owned());
        }
    }
    addresses
}

/// Returns the addresses of links that lead to the object itself.
fn own_links(links: &Value) -> Vec<&str> {
    let is_own = |link: &&Value| match link.get("rel") {
        Some(Value::String(rel)) => rel == "self",
        Some(Value::Array(all)) => all.iter().any(|rel| rel == "self"),
        _ => false,
    };
    let listed = links.as_array().into_iter().flatten().filter(is_own);
    let named = links.get("self");
    named
        .into_iter()
        .chain(listed)
        .filter_map(address)
        .collect()
}

/// Returns the address in a text, in an object with `href`, or in the first of several.
fn address(link: &Value) -> Option<&str> {
    match link {
        Value::String(text) => Some(text),
        Value::Object(members) => members.get("href")?.as_str(),
        Value::Array(all) => address(all.first()?),
        _ => None,
    }
}

fn is_address(text: &str) -> bool {
    text.contains('/') && text.len() < MAX_ADDRESS && !text.contains(char::is_whitespace)
}

/// Names of members with links.
const LINKS: [&str; 3] = ["_links", "links", "link"];

/// Names of members that hold the address of the object around them.
const PLAIN: [&str; 9] = [
    "@id",
    "href",
    "self",
    "_self",
    "selfLink",
    "self_link",
    "resource_uri",
    "url",
    "uri",
];

const MAX_ADDRESS: usize = 300;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(object: &Value) -> Vec<String> {
        addresses(object.as_object().unwrap())
    }

    #[test]
    fn an_object_says_its_address_in_the_ways_of_several_formats() {
        for object in [
            json!({"@id": "/a/1"}),
            json!({"_links": {"self": {"href": "/a/1"}}}),
            json!({"links": {"self": "/a/1"}}),
            json!({"links": [{"rel": "next", "href": "/a/2"}, {"rel": ["self"], "href": "/a/1"}]}),
            json!({"href": "/a/1", "_links": {"self": [{"href": "/a/1"}]}}),
        ] {
            assert_eq!(of(&object), ["/a/1"], "{object}");
        }
    }

    #[test]
    fn other_links_and_texts_are_not_its_address() {
        for object in [
            json!({"_links": {"cancel": {"href": "/a/1/cancel"}}}),
            json!({"self": "me", "url": 7}),
            json!({"links": [{"rel": "next", "href": "/a/2"}], "href": "see / there"}),
        ] {
            assert!(of(&object).is_empty(), "{object}");
        }
    }
}
