//! `[[user]]`: the accounts to begin with.

use airside_config::{Entry, Problem, Reader, Span, Table, document::object};
use airside_oauth::{
    key::secret::Secret,
    profile::Resource,
    state::{
        claim,
        role::Role,
        user::{Username, UsernameError},
    },
};
use airside_server::{password::check_new, settings::SeedUser};
use serde_json::{Map, Value};

use super::key::{USER, User};

/// Reads every account, whose claims must fit into the tokens for `resources`.
pub fn read(root: &[Entry], resources: &[Resource], reader: &mut Reader<'_>) -> Vec<SeedUser> {
    let mut seen: Vec<(Username, Span)> = Vec::new();
    let mut users = Vec::new();
    for table in Table::<User>::each(root) {
        let username = username(&table, reader);
        let password = password(&table, reader);
        let roles = roles(&table, reader);
        let claims = claims(&table, username.as_ref(), resources, reader);
        if let Some(username) = &username {
            let place = table.place(&USER.username);
            match seen.iter().find(|(other, _)| other == username) {
                Some((_, first)) => {
                    reader.refuse_double(&format!("user `{}`", username.as_str()), first, &place);
                }
                None => seen.push((username.clone(), place)),
            }
        }
        let (Some(username), Some(password)) = (username, password) else {
            continue;
        };
        users.push(SeedUser {
            username,
            password,
            roles,
            administrator: table.get(&USER.administrator),
            claims,
        });
    }
    users
}

fn username(table: &Table<'_, User>, reader: &mut Reader<'_>) -> Option<Username> {
    let Some(node) = table.node(&USER.username) else {
        reader.refuse(Problem::new(&table.place, "`user.username` is missing"));
        return None;
    };
    match Username::parse(node.as_text()?) {
        Ok(username) => Some(username),
        Err(error) => {
            let problem = Problem::new(&node.place, format!("`user.username`: {error}"));
            let help = match error {
                UsernameError::MixedScripts(_) => {
                    "`airside user create --force` makes such an account"
                }
                _ => {
                    "choose another name; an account of this name that exists already stays without this entry"
                }
            };
            reader.refuse(problem.help(help));
            None
        }
    }
}

fn roles(table: &Table<'_, User>, reader: &mut Reader<'_>) -> Vec<Role> {
    let mut roles = Vec::new();
    for (node, name) in table.items(&USER.roles) {
        match name.parse() {
            Ok(role) if roles.contains(&role) => {}
            Ok(role) => roles.push(role),
            Err(error) => {
                reader.refuse(Problem::new(&node.place, format!("`user.roles`: {error}")))
            }
        }
    }
    roles
}

/// Reads the claims, of which each fits its name and all that an API is released fit into a token.
fn claims(
    table: &Table<'_, User>,
    username: Option<&Username>,
    resources: &[Resource],
    reader: &mut Reader<'_>,
) -> Map<String, Value> {
    let entries = table.get(&USER.claims);
    for entry in &entries {
        if let Err(error) = claim::check(&entry.key, &entry.node.to_json()) {
            let message = format!("`user.claims`: {error}");
            reader.refuse(Problem::new(&entry.node.place, message));
        }
    }
    let claims = object(&entries);
    for resource in resources {
        let size = username.map(|username| resource.claims.check_size(username, &claims));
        if let Some(Err(error)) = size {
            let api = &resource.identifier;
            let message = format!("`user.claims` for the resource `{api}` {error}");
            reader.refuse(Problem::new(&table.place(&USER.claims), message));
        }
    }
    claims
}

fn password(table: &Table<'_, User>, reader: &mut Reader<'_>) -> Option<Secret> {
    let Some(node) = table.node(&USER.password) else {
        let problem = Problem::new(&table.place, "`user.password` is missing");
        reader.refuse(problem.help("add `password = { env = \"NAME\" }`"));
        return None;
    };
    let password = reader.secret("user.password", node)?;
    // a person types it, so it is measured as at the set-up page and not as a machine's secret
    if let Err(error) = check_new(password.expose()) {
        let message = format!("`user.password` {error}");
        reader.refuse(Problem::new(&node.place, message).help("several words are a good one"));
    }
    Some(Secret::new(password.expose()))
}
