//! `[[user]]`: the accounts to begin with.

use airside_oauth::{role::Role, user::Username};
use airside_server::settings::{Mode, SeedUser};

use super::{
    document::{Entry, Node, object},
    key::USER,
    problem::{Place, Problem},
    reader::Reader,
    table::Table,
};

/// Reads every account.
pub fn read(root: &[Entry], reader: &mut Reader<'_>) -> Vec<SeedUser> {
    let mut seen: Vec<(Username, Place)> = Vec::new();
    let mut users = Vec::new();
    for table in Table::each(root, &USER) {
        let username = username(&table, reader);
        let password = password(&table, reader);
        let roles = roles(&table, reader);
        if let Some(username) = &username {
            let place = table.place("username");
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
            administrator: table.boolean("administrator"),
            claims: table
                .given("claims")
                .and_then(Node::as_table)
                .map(object)
                .unwrap_or_default(),
        });
    }
    users
}

fn username(table: &Table<'_>, reader: &mut Reader<'_>) -> Option<Username> {
    let Some(node) = table.given("username") else {
        reader.refuse(Problem::new(&table.place, "`user.username` is missing"));
        return None;
    };
    let parsed = Username::parse(node.as_text()?);
    if let Err(error) = &parsed {
        reader.refuse(Problem::new(
            &node.place,
            format!("`user.username`: {error}"),
        ));
    }
    parsed.ok()
}

fn roles(table: &Table<'_>, reader: &mut Reader<'_>) -> Vec<Role> {
    let given = table.given("roles").and_then(Node::as_array);
    let mut roles = Vec::new();
    for node in given.unwrap_or_default() {
        match node.as_text().map(str::parse) {
            Some(Ok(role)) => roles.push(role),
            Some(Err(error)) => {
                reader.refuse(Problem::new(&node.place, format!("`user.roles`: {error}")))
            }
            // the check of the whole document has refused it
            None => {}
        }
    }
    roles
}

fn password(table: &Table<'_>, reader: &mut Reader<'_>) -> Option<airside_oauth::secret::Secret> {
    let Some(node) = table.given("password") else {
        let problem = Problem::new(&table.place, "`user.password` is missing");
        reader.refuse(problem.help("add `password = { env = \"NAME\" }`"));
        return None;
    };
    let password = reader.secret("user.password", node)?;
    let characters = password.expose().chars().count();
    // a person types it, so it is measured as at the set-up page and not as a machine's secret
    if reader.mode == Mode::Production && characters < LEAST_PASSWORD {
        let message = format!("`user.password` has fewer than {LEAST_PASSWORD} characters");
        reader.refuse(Problem::new(&node.place, message).help("several words are a good one"));
    }
    Some(password)
}

const LEAST_PASSWORD: usize = 12;
