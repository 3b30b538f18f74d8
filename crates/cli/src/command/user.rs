//! `airside user`.

use airside_oauth::state::{
    claim::{self, ClaimError},
    role::Role,
};
use serde_json::{Map, Value, json};

use crate::{
    args::{Claims, Filter, User},
    exit::CommandError,
    output::Output,
    secret,
    socket::{Admin, is_named, segment},
};

pub async fn run(command: User, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    match command {
        User::Create {
            username,
            force,
            password,
            roles,
            admin: administrator,
            claims,
        } => {
            let password = secret::new_password(password.as_deref())?;
            let new = json!({
                "username": username,
                "force": force,
                "password": password.expose(),
                "roles": roles,
                "administrator": administrator,
                "claims": read_claims(&claims)?,
            });
            output.object(&admin.post("/users", &new).await?)
        }
        User::List {
            collisions: true, ..
        } => {
            let collisions = admin.get("/username-collisions").await?;
            output.list(&collisions, &[("NAME", "name"), ("USERNAME", "username")])
        }
        User::List {
            filter,
            collisions: false,
        } => list(&filter, admin, output).await,
        User::Show { username } => output.object(&admin.get(&path(&username)).await?),
        User::Edit {
            username,
            roles,
            no_roles,
            admin: administrator,
            force,
            claims,
            removed_claims,
        } => {
            let edit = Edit {
                roles: (no_roles || !roles.is_empty()).then_some(roles),
                administrator,
                force,
                claims: read_claims(&claims)?,
                removed_claims,
            };
            output.object(&admin.patch(&path(&username), &edit.to_json()).await?)
        }
        User::SetPassword { username, password } => {
            set_password(&username, password.as_deref(), admin, output).await
        }
        User::Rename {
            username,
            new,
            force,
        } => {
            let edit = json!({ "username": new, "force": force });
            output.object(&admin.patch(&path(&username), &edit).await?)
        }
        User::Unlock { username } => unlock(&username, admin, output).await,
        User::SetupLink => {
            let made = admin.post("/setup-link", &json!({})).await?;
            output.remark("It makes the first administrator, once and within 30 minutes.");
            output.object(&made)
        }
        User::Disable { username, force } => {
            let edit = json!({ "disabled": true, "force": force });
            output.object(&admin.patch(&path(&username), &edit).await?)
        }
        User::Enable { username } => {
            let edit = json!({ "disabled": false });
            output.object(&admin.patch(&path(&username), &edit).await?)
        }
        User::Delete {
            username,
            force,
            yes,
        } => {
            let is_confirmed = yes || force;
            if !is_confirmed {
                output.confirm(&format!("Delete the user `{username}`?"))?;
            }
            let forced = if force { "?force=true" } else { "" };
            let path = format!("{}{forced}", path(&username));
            admin.delete(&path).await?;
            output.remark(&format!("Deleted the user `{username}`."));
            Ok(())
        }
    }
}

async fn list(filter: &Filter, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let names = ["username", "roles"];
    let limit = filter.limit.unwrap_or(usize::MAX);
    let is_wanted = |user: &Value| is_named(user, &names, filter.text.as_deref());
    let users = admin.list_where("/users", limit, is_wanted).await?;
    output.list(
        &users,
        &[
            ("USERNAME", "username"),
            ("SUBJECT", "id"),
            ("ROLES", "roles"),
            ("ADMINISTRATOR", "administrator"),
            ("DISABLED", "disabled"),
        ],
    )
}

async fn set_password(
    username: &str,
    password: Option<&str>,
    admin: &Admin,
    output: &Output,
) -> Result<(), CommandError> {
    let password = secret::new_password(password)?;
    let body = json!({ "password": password.expose() });
    let path = format!("{}/password", path(username));
    admin.post(&path, &body).await?;
    output.remark("The password is set; every session and grant of the account has ended.");
    Ok(())
}

async fn unlock(username: &str, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let path = format!("{}/unlock", path(username));
    admin.post(&path, &json!({})).await?;
    output.remark(
        "The failed sign-ins of the account are forgotten at the node that was asked: each node counts for itself, so with several, unlock at each.",
    );
    Ok(())
}

/// The changes of an account.
struct Edit {
    roles: Option<Vec<Role>>,
    administrator: Option<bool>,
    force: bool,
    claims: Map<String, Value>,
    removed_claims: Vec<String>,
}

impl Edit {
    /// Returns the body of the request, without the members that stay as they are.
    fn to_json(&self) -> Value {
        let claims = (!self.claims.is_empty()).then(|| json!(self.claims));
        let removed = (!self.removed_claims.is_empty()).then(|| json!(self.removed_claims));
        let members = [
            ("force", self.force.then(|| true.into())),
            ("roles", self.roles.as_ref().map(|roles| json!(roles))),
            ("administrator", self.administrator.map(Value::from)),
            ("set_claims", claims),
            ("remove_claims", removed),
        ];
        let present = members.into_iter();
        present
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

fn path(username: &str) -> String {
    format!("/users/{}", segment(username))
}

/// Reads `NAME=VALUE`, by the type of the name, and `NAME=JSON`.
fn read_claims(given: &Claims) -> Result<Map<String, Value>, CommandError> {
    let mut claims = Map::new();
    for (texts, parse) in [
        (&given.claims, claim::parse as ParseClaim),
        (&given.json, claim::parse_json),
    ] {
        for text in texts {
            let (name, text) = text
                .split_once('=')
                .ok_or_else(|| CommandError::usage(format!("`{text}` is not NAME=VALUE")))?;
            let value =
                parse(name, text).map_err(|error| CommandError::usage(error.to_string()))?;
            if claims.insert(name.to_owned(), value).is_some() {
                return Err(CommandError::usage(format!(
                    "the claim `{name}` is given twice"
                )));
            }
        }
    }
    Ok(claims)
}

type ParseClaim = fn(&str, &str) -> Result<Value, ClaimError>;
