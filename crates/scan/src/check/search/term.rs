//! The parameters and members that take what is searched for.

use airside_api::document::Schema;
use serde_json::{Map, Value};

use crate::{
    document::{Kind, Operation, Place},
    exchange::RequestSpec,
    request::{Assignment, body_schema},
    session::Session,
    word::{folded, is_id_name, is_password, words},
    world::Object,
};

/// A place of a request that takes what is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    place: Place,
    name: String,
}

impl Term {
    /// Returns true if it takes text of every member.
    pub(super) fn is_general(&self) -> bool {
        GENERAL.contains(&folded(&self.name).as_str())
    }

    /// Returns the members of an object by whose canaries it can be searched for: a search may look into some only.
    pub(super) fn members(&self, object: &Object) -> Vec<String> {
        let own = object.canaries.iter().filter(|one| !is_password(&one.name));
        let own = own.filter(|one| self.is_general() || folded(&one.name) == folded(&self.name));
        own.map(|one| one.name.clone()).take(MAX_MEMBERS).collect()
    }

    /// Returns the request that searches for a text.
    pub(super) fn request(
        &self,
        session: &Session,
        operation: &Operation,
        text: &str,
    ) -> Option<RequestSpec> {
        let mut ids = Assignment::new();
        let mut extra = Map::new();
        match self.place {
            Place::Body => drop(extra.insert(self.name.clone(), Value::from(text))),
            place => drop(ids.insert((place as usize, self.name.clone()), text.to_owned())),
        }
        let extra = Some(&extra).filter(|extra| !extra.is_empty());
        let tactic = session.known_tactic(operation.index);
        let built = session.build(operation, &ids, &tactic, extra).ok()?;
        Some(built.spec)
    }
}

/// Returns the places of an operation that take what is searched for, the general ones first. An operation that
/// needs an identifier is none that searches.
pub(super) fn terms(operation: &Operation) -> Vec<Term> {
    let is_other = matches!(
        operation.kind,
        Kind::SignIn | Kind::Register | Kind::SignOut | Kind::Reset
    );
    if is_other || operation.path.contains('{') || operation.administrative.is_some() {
        return Vec::new();
    }
    let mut terms = match operation.is_read() {
        true => in_query(operation),
        false => in_body(operation),
    };
    terms.sort_by_key(|term| !term.is_general());
    terms
}

fn in_query(operation: &Operation) -> Vec<Term> {
    let parameters = operation.detail.parameters.iter();
    let query = parameters.filter(|one| one.place == "query");
    let free = query.filter(|one| takes_text(&one.name, &one.schema));
    let terms = free.map(|one| Term {
        place: Place::Query,
        name: one.name.clone(),
    });
    terms.collect()
}

/// Returns the members of the body of an operation that searches by its name.
fn in_body(operation: &Operation) -> Vec<Term> {
    let words = words(operation.last_segment());
    let is_search = words.iter().any(|word| SEARCHES.contains(&word.as_str()));
    let schema = body_schema(operation, None).filter(|_| is_search);
    let members = schema.iter().flat_map(|schema| &schema.properties);
    let free = members.filter(|(name, member)| takes_text(name, member));
    let terms = free.map(|(name, _)| Term {
        place: Place::Body,
        name: name.clone(),
    });
    terms.collect()
}

fn takes_text(name: &str, schema: &Schema) -> bool {
    let is_text = schema.types.is_empty() || schema.is("string");
    let is_free = schema.values.is_empty() && schema.format.is_none();
    let is_general = GENERAL.contains(&folded(name).as_str());
    is_text && is_free && (is_general || !is_id_name(name) && !is_password(name))
}

/// The number of members of an object by which it is searched for.
const MAX_MEMBERS: usize = 3;

/// Names of what takes text of every member.
const GENERAL: [&str; 14] = [
    "q",
    "query",
    "search",
    "searchterm",
    "searchtext",
    "term",
    "terms",
    "text",
    "keyword",
    "keywords",
    "phrase",
    "needle",
    "contains",
    "filter",
];

/// Words for operations that search.
const SEARCHES: [&str; 5] = ["search", "find", "query", "lookup", "filter"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::tests::api_of;

    fn names(path: &str, operation: &Value) -> Vec<String> {
        let api = api_of(json!({path: operation}));
        let terms = terms(&api.operations[0]);
        terms.into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn a_search_takes_text_in_its_query_or_its_body() {
        let parameter =
            |name: &str| json!({"in": "query", "name": name, "schema": {"type": "string"}});
        let page = json!({"in": "query", "name": "page", "schema": {"type": "integer"}});
        let get = json!({"get": {"parameters": [parameter("title"), parameter("q"), page]}});
        assert_eq!(names("/notes", &get), ["q", "title"]);
        let schema = json!({"properties": {"text": {"type": "string"}}});
        let body = json!({"content": {"application/json": {"schema": schema}}});
        let post = json!({"post": {"requestBody": body}});
        assert_eq!(names("/messages/search", &post), ["text"]);
        // the control: what makes a message, and what needs an identifier
        assert_eq!(names("/messages", &post), Vec::<String>::new());
        assert_eq!(names("/teams/{id}/search", &post), Vec::<String>::new());
    }
}
