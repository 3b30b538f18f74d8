//! Says which scopes of an API others have, too.

use serde_json::Value;

use crate::{
    output::Output,
    socket::{Admin, pages::Pages},
};

/// Says of each scope of `api` that another API has what clients must send from now on. A caller who may
/// not read the APIs is told nothing.
pub(super) async fn tell(api: &Value, admin: &Admin, output: &Output) {
    let mut pages = Pages::of(admin, "/resources", "?limit=1000");
    while let Ok(Some(others)) = pages.next().await {
        for remark in others.iter().flat_map(|other| remarks(api, other)) {
            output.remark(&remark);
        }
    }
}

fn remarks(api: &Value, other: &Value) -> Vec<String> {
    let identifier = |api: &Value| api.get("identifier").cloned().unwrap_or_default();
    let name = identifier(other);
    if name == identifier(api) {
        return Vec::new();
    }
    let name = name.as_str().unwrap_or_default();
    let shared = scopes(api).filter(|scope| scopes(other).any(|its| its == *scope));
    let remark = |scope| {
        format!(
            "warning: the scope `{scope}` belongs to `{name}` too: clients that ask for it must now send `resource`, which names one of the two APIs"
        )
    };
    shared.map(remark).collect()
}

fn scopes(api: &Value) -> impl Iterator<Item = &str> {
    let scopes = api.get("scopes").and_then(Value::as_array);
    scopes.into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_scope_of_another_api_is_told() {
        let api = json!({ "identifier": "https://a.example", "scopes": ["read", "write"] });
        let other = json!({ "identifier": "https://b.example", "scopes": ["read", "list"] });
        let said = remarks(&api, &other);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("`read` belongs to `https://b.example` too"));
        assert!(remarks(&api, &api).is_empty());
    }
}
