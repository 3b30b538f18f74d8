//! `[[scope]]`: the scopes that release claims of a person's account.

use airside_config::{Entry, Problem, Reader, Span, Table};
use airside_oauth::{
    client::resource_metadata::{ScopeNameError, check_scope},
    identity_scope::{IdentityScope, IdentityScopes, ROLES},
    profile::Resource,
    state::claim,
};

use super::key::{SCOPE, Scope};

/// Reads every scope; none may have the name of a scope of `resources`.
pub fn read(root: &[Entry], resources: &[Resource], reader: &mut Reader<'_>) -> IdentityScopes {
    let mut seen: Vec<(String, Span)> = Vec::new();
    let mut scopes = Vec::new();
    for table in Table::<Scope>::each(root) {
        let name = name(&table, resources, reader);
        let claims = claims(&table, reader);
        let Some(name) = name else {
            continue;
        };
        let place = table.place(&SCOPE.name);
        match seen.iter().find(|(other, _)| *other == name) {
            Some((_, first)) => reader.refuse_double(&format!("scope `{name}`"), first, &place),
            None => seen.push((name.clone(), place)),
        }
        scopes.push(IdentityScope {
            name,
            description: table.find(&SCOPE.description),
            claims,
        });
    }
    IdentityScopes::new(scopes)
}

/// Returns a sentence for each claim of `[[user]]` that no scope and no API releases.
pub fn unreleased<'a>(
    claims: impl Iterator<Item = &'a String>,
    scopes: &IdentityScopes,
    resources: &[Resource],
) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for name in claims.map(String::as_str) {
        // OIDC-Core-5.2: a claim in a certain language
        let base = name.split_once('#').map_or(name, |(base, _)| base);
        let in_tokens = |api: &Resource| api.claims.names().any(|own| own == name);
        let is_released = scopes.releases(base) || resources.iter().any(in_tokens);
        if !is_released && !names.contains(&name) {
            names.push(name);
        }
    }
    let sentence = |name: &str| {
        format!(
            "no scope releases the claim `{name}` of `[[user]]`: name it in `claims` of a `[[scope]]`, or of the `[[resource]]` whose access tokens need it"
        )
    };
    names.into_iter().map(sentence).collect()
}

fn name(
    table: &Table<'_, Scope>,
    resources: &[Resource],
    reader: &mut Reader<'_>,
) -> Option<String> {
    let Some(node) = table.node(&SCOPE.name) else {
        reader.refuse(Problem::new(&table.place, "`scope.name` is missing"));
        return None;
    };
    let name = node.as_text()?;
    let api = resources.iter().find(|api| api.scopes.contains(name));
    let problem = match (check_scope(name), IdentityScopes::check_name(name), api) {
        (Ok(()), Ok(()), None) => return Some(name.to_owned()),
        (Ok(()), Ok(()), Some(api)) => {
            format!("is a scope of the API `{}`", api.identifier)
        }
        (Ok(()) | Err(ScopeNameError::OpenId), Err(built_in), _) => built_in.to_string(),
        (Err(error), ..) => error.to_string(),
    };
    let message = format!("`scope.name` is `{name}`, which {problem}");
    reader.refuse(Problem::new(&node.place, message));
    None
}

fn claims(table: &Table<'_, Scope>, reader: &mut Reader<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (node, name) in table.items(&SCOPE.claims) {
        match claim::check_name(name) {
            _ if names.iter().any(|other| other == name) => {}
            Err(error) if name != ROLES => {
                let message = format!("`scope.claims` has `{name}`, which {error}");
                reader.refuse(Problem::new(&node.place, message));
            }
            _ => names.push(name.to_owned()),
        }
    }
    names
}
