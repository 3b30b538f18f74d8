//! `[[resource]]`: the APIs.

use std::collections::BTreeMap;

use airside_config::{Entry, Problem, Reader, Span, Table, reader::MAKE_SECRET};
use airside_jose::Algorithm;
use airside_oauth::{
    client::resource_metadata::{IdentifierError, ScopeNameError, check_identifier, check_scope},
    key::secret::Secret,
    profile::{Resource, ResourceSigning},
    request::scope::Scope,
    token::released_claim::ReleasedClaims,
};

use super::{
    key::{RESOURCE, Resource as ResourceKeys},
    secret_rule::MIN_SECRET,
};

/// Reads every API; `issuer` and what is below it name the server's own APIs.
pub fn read(root: &[Entry], issuer: &str, reader: &mut Reader<'_>) -> Vec<Resource> {
    let mut seen: Vec<(String, Span)> = Vec::new();
    let mut resources = Vec::new();
    for table in Table::<ResourceKeys>::each(root) {
        let identifier = identifier(&table, issuer, reader);
        let scopes = scopes(&table, reader);
        let signing = signing(&table, reader);
        let claims = claims(&table, reader);
        let Some(identifier) = identifier else {
            continue;
        };
        let place = table.place(&RESOURCE.identifier);
        match seen.iter().find(|(other, _)| *other == identifier) {
            Some((_, first)) => {
                reader.refuse_double(&format!("resource `{identifier}`"), first, &place)
            }
            None => seen.push((identifier.clone(), place)),
        }
        if let Some(signing) = signing {
            resources.push(Resource {
                identifier,
                scopes,
                signing,
                claims,
            });
        }
    }
    resources
}

/// Returns a sentence for each scope that several APIs have.
pub fn shared_scopes(apis: &[Resource]) -> Vec<String> {
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for api in apis {
        for name in api.scopes.iter() {
            owners.entry(name).or_default().push(&api.identifier);
        }
    }
    let shared = owners.iter().filter(|(_, apis)| apis.len() > 1);
    let sentence = |(name, apis): (&&str, &Vec<&str>)| {
        let apis = apis.join("`, `");
        format!(
            "the scope `{name}` belongs to several APIs, `{apis}`: clients that ask for it must send `resource`, which names one of them"
        )
    };
    shared.map(sentence).collect()
}

fn identifier(
    table: &Table<'_, ResourceKeys>,
    issuer: &str,
    reader: &mut Reader<'_>,
) -> Option<String> {
    let Some(node) = table.node(&RESOURCE.identifier) else {
        reader.refuse(Problem::new(
            &table.place,
            "`resource.identifier` is missing",
        ));
        return None;
    };
    let text = node.as_text()?;
    if let Err(error) = check_identifier(text, issuer) {
        let message = format!("`resource.identifier` is `{text}`, which {error}");
        let problem = Problem::new(&node.place, message);
        reader.refuse(match error {
            IdentifierError::Malformed => problem.help("write it as in `https://api.example.com`"),
            IdentifierError::Own => problem,
        });
        return None;
    }
    Some(text.to_owned())
}

fn scopes(table: &Table<'_, ResourceKeys>, reader: &mut Reader<'_>) -> Scope {
    let mut names = Vec::new();
    for (node, name) in table.items(&RESOURCE.scopes) {
        let Err(error) = check_scope(name) else {
            names.push(name);
            continue;
        };
        let problem = Problem::new(&node.place, format!("`{name}` {error}"));
        reader.refuse(match error {
            ScopeNameError::OpenId => problem.help("leave it out here"),
            ScopeNameError::Reserved => problem.help("choose another name"),
            ScopeNameError::Malformed => problem,
        });
    }
    let parsed = names.join(" ").parse();
    if parsed.is_err() {
        reader.refuse(Problem::new(
            &table.place(&RESOURCE.scopes),
            "`resource.scopes` has more than 100 names",
        ));
    }
    parsed.unwrap_or_default()
}

fn claims(table: &Table<'_, ResourceKeys>, reader: &mut Reader<'_>) -> ReleasedClaims {
    let mut names: Vec<String> = Vec::new();
    for (node, name) in table.items(&RESOURCE.claims) {
        match ReleasedClaims::check_name(name) {
            Ok(()) if names.iter().any(|other| other == name) => {}
            Ok(()) => names.push(name.to_owned()),
            Err(error) => {
                let message = format!("`resource.claims` has `{name}`, which {error}");
                reader.refuse(Problem::new(&node.place, message));
            }
        }
    }
    ReleasedClaims::new(names)
}

fn signing(table: &Table<'_, ResourceKeys>, reader: &mut Reader<'_>) -> Option<ResourceSigning> {
    if table.is_malformed(&RESOURCE.signing_alg) {
        return None;
    }
    let name = table.get(&RESOURCE.signing_alg);
    if name == "HS256" {
        return symmetric(table, reader).map(ResourceSigning::Hs256);
    }
    if table.node(&RESOURCE.secret).is_some() {
        let message = format!("`resource.secret` is of no use: {name} signs with the issuer's key");
        let help = "leave it out, or set `signing_alg = \"HS256\"`";
        reader.refuse(Problem::new(&table.place(&RESOURCE.secret), message).help(help));
    }
    name.parse::<Algorithm>()
        .ok()
        .map(ResourceSigning::Asymmetric)
}

fn symmetric(table: &Table<'_, ResourceKeys>, reader: &mut Reader<'_>) -> Option<Secret> {
    let Some(node) = table.node(&RESOURCE.secret) else {
        let place = table.place(&RESOURCE.signing_alg);
        let problem = Problem::new(
            &place,
            "`resource.secret` is missing: HS256 signs with a secret of this API",
        );
        reader.refuse(
            problem.help("add `secret = { env = \"NAME\" }` or `secret = { file = \"PATH\" }`"),
        );
        return None;
    };
    let secret = reader.secret("resource.secret", node)?;
    let bytes = secret.expose().len();
    // RFC7518-3.2: a key of the same size as the hash output or larger
    if bytes < MIN_SECRET {
        let message =
            format!("`resource.secret` has {bytes} bytes, but HS256 needs {MIN_SECRET} or more");
        reader.refuse(Problem::new(&node.place, message).help(MAKE_SECRET));
        return None;
    }
    Some(Secret::new(secret.expose()))
}
