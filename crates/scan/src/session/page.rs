//! The page of a list on which an owner sees an object.

use super::Session;
use crate::{
    document::Operation, exchange::RequestSpec, probe::ProbeError, word::folded, world::Object,
};

impl Session {
    /// Returns the request of a list for the page that shows an object; the request as it is where the list has
    /// no pages, or none of the first ones shows it.
    pub(super) async fn on_page(
        &self,
        operation: &Operation,
        spec: RequestSpec,
        object: &Object,
    ) -> Result<RequestSpec, ProbeError> {
        let Some(name) = page_parameter(operation) else {
            return Ok(spec);
        };
        for page in 1..=MAX_PAGES {
            let paged = with_page(&spec, name, page);
            let exchange = self.send(Some(object.owner), paged.clone()).await?;
            if self.shown(&exchange, object) > 0 {
                return Ok(paged);
            }
            let is_empty = self
                .objects_in(&exchange, None)
                .iter()
                .all(|one| !one.is_item);
            if !exchange.answer.is_accepted() || is_empty {
                break;
            }
        }
        Ok(spec)
    }
}

/// Returns the name of the parameter that chooses a page.
fn page_parameter(operation: &Operation) -> Option<&str> {
    let parameters = operation.detail.parameters.iter();
    let mut in_query = parameters.filter(|one| one.place == "query" && !one.is_required);
    let is_page = |name: &str| PAGES.contains(&folded(name).as_str());
    let found = in_query.find(|one| is_page(&one.name) && one.schema.values.is_empty());
    found.map(|one| one.name.as_str())
}

/// Returns the request for a page.
fn with_page(spec: &RequestSpec, name: &str, page: usize) -> RequestSpec {
    let separator = match spec.target.contains('?') {
        true => '&',
        false => '?',
    };
    let value = form_urlencoded::Serializer::new(String::new())
        .append_pair(name, &page.to_string())
        .finish();
    RequestSpec {
        target: format!("{}{separator}{value}", spec.target),
        ..spec.clone()
    }
}

/// Names of parameters that choose a page, as words joined.
const PAGES: [&str; 4] = ["page", "pageno", "pagenumber", "pageindex"];

/// The number of pages that are read for an object.
const MAX_PAGES: usize = 5;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::tests::api_of;

    fn target(parameter: &str) -> Option<String> {
        let parameter = json!({"in": "query", "name": parameter, "schema": {"type": "integer"}});
        let api = api_of(json!({"/notes": {"get": {"parameters": [parameter]}}}));
        let name = page_parameter(&api.operations[0])?;
        let spec = RequestSpec {
            operation: 0,
            method: http::Method::GET,
            target: "/notes?limit=9".to_owned(),
            headers: Vec::new(),
            body: crate::exchange::RequestBody::None,
        };
        Some(with_page(&spec, name, 2).target)
    }

    #[test]
    fn a_page_is_chosen_by_the_parameter_that_names_it() {
        assert_eq!(target("page").unwrap(), "/notes?limit=9&page=2");
        assert_eq!(target("pageNumber").unwrap(), "/notes?limit=9&pageNumber=2");
        // the controls
        assert_eq!(target("page_size"), None);
        assert_eq!(target("per_page"), None);
    }
}
