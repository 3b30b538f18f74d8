//! `airside user`.

use airside_oauth::state::claim::{self, ClaimError};
use serde_json::{Map, Value, json};

use crate::{
    args::{Claims, User},
    exit::Failure,
    output::Output,
    secret,
    socket::{Admin, is_named, segment},
};

pub async fn run(command: User, admin: &Admin, output: &Output) -> Result<(), Failure> {
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
        } => {
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
            let mut edit = Map::new();
            if force {
                edit.insert("force".to_owned(), true.into());
            }
            if no_roles || !roles.is_empty() {
                edit.insert("roles".to_owned(), json!(roles));
            }
            if let Some(administrator) = administrator {
                edit.insert("administrator".to_owned(), administrator.into());
            }
            let claims = read_claims(&claims)?;
            if !claims.is_empty() {
                edit.insert("set_claims".to_owned(), claims.into());
            }
            if !removed_claims.is_empty() {
                edit.insert("remove_claims".to_owned(), json!(removed_claims));
            }
            output.object(&admin.patch(&path(&username), &Value::Object(edit)).await?)
        }
        User::SetPassword { username, password } => {
            let password = secret::new_password(password.as_deref())?;
            let body = json!({ "password": password.expose() });
            admin
                .post(&format!("{}/password", path(&username)), &body)
                .await?;
            output.remark("The password is set; every session and grant of the account has ended.");
            Ok(())
        }
        User::Rename {
            username,
            new,
            force,
        } => {
            let edit = json!({ "username": new, "force": force });
            output.object(&admin.patch(&path(&username), &edit).await?)
        }
        User::Unlock { username } => {
            let path = format!("{}/unlock", path(&username));
            admin.post(&path, &json!({})).await?;
            output.remark("The failed sign-ins of the account are forgotten.");
            Ok(())
        }
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
            if !yes && !force {
                output.confirm(&format!("Delete the user `{username}`?"))?;
            }
            let forced = if force { "?force=true" } else { "" };
            admin
                .delete(&format!("{}{forced}", path(&username)))
                .await?;
            output.remark(&format!("Deleted the user `{username}`."));
            Ok(())
        }
    }
}

fn path(username: &str) -> String {
    format!("/users/{}", segment(username))
}

/// Reads `NAME=VALUE`, by the type of the name, and `NAME=JSON`.
fn read_claims(given: &Claims) -> Result<Map<String, Value>, Failure> {
    let mut claims = Map::new();
    for (texts, parse) in [
        (&given.claims, claim::parse as ParseClaim),
        (&given.json, claim::parse_json),
    ] {
        for text in texts {
            let (name, text) = text
                .split_once('=')
                .ok_or_else(|| Failure::usage(format!("`{text}` is not NAME=VALUE")))?;
            let value = parse(name, text).map_err(|error| Failure::usage(error.to_string()))?;
            if claims.insert(name.to_owned(), value).is_some() {
                return Err(Failure::usage(format!("the claim `{name}` is given twice")));
            }
        }
    }
    Ok(claims)
}

type ParseClaim = fn(&str, &str) -> Result<Value, ClaimError>;
